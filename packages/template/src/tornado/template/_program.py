"""Programs: compiled functions of templates, and what it takes to run them."""

from __future__ import annotations

from types import FunctionType

from ._runtime import ESCAPERS, Output, escape_text, name_quotes

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import CodeType
    from typing import Any

    from ._marks import Mark
    from ._source import Source


class Program:
    """One compiled function of a template.

    :param asynchronous: the function is a coroutine function, or an asynchronous generator.
    :param source: the generated Python; None if it is the file that the code names.
    :param sources: every template that is written into the function.
    """

    __slots__ = ("_source", "asynchronous", "code", "filename", "marks", "sources")

    def __init__(
        self,
        code: CodeType,
        source: str | None,
        marks: Sequence[Mark | None],
        sources: Sequence[Source],
        *,
        asynchronous: bool,
    ) -> None:
        self.code = code
        #: What Python calls the source, before tracebacks are translated.
        self.filename = code.co_filename
        self._source = source
        self.marks = marks
        self.sources = sources
        self.asynchronous = asynchronous

    @property
    def source(self) -> str:
        """The generated Python."""
        if self._source is None:
            with open(self.filename, encoding="utf-8") as file:
                self._source = file.read()
        return self._source

    def start(self, namespace: dict[str, Any], output: Output) -> Any:
        """Run the function: gives the text, an iterator of pieces, or what to await for these."""
        run = FunctionType(self.code, namespace)
        return run(str, type, escape_text, name_quotes, ESCAPERS, output)
