"""Programs: the compiled functions of templates, and how they are run."""

from __future__ import annotations

import builtins
from types import FunctionType

from ._runtime import ESCAPERS, Output, escape_text, name_quotes

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence
    from types import CodeType
    from typing import Any

    from ._source import Mark, Source

_BUILTINS = builtins.__dict__


class Program:
    """One compiled function of a template.

    :param source: the generated Python; None if it is in the file that the code names.
    :param marks: for each line of it, the place in a template that it comes from.
    :param sources: every template that is written into the function.
    :param asynchronous: whether the function is a coroutine function or an asynchronous generator.
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
        #: The file name of the function in tracebacks, before they are translated.
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

    def render(self, namespace: dict[str, Any]) -> bytes:
        """Run the function with its globals."""
        output = Output()
        try:
            return output.encode(self._start(namespace, output))
        except Exception as error:
            self._translate(error)
            raise

    async def render_async(self, namespace: dict[str, Any]) -> bytes:
        """Run the function, which may await."""
        output = Output()
        try:
            text = self._start(namespace, output)
            return output.encode(await text if self.asynchronous else text)
        except Exception as error:
            self._translate(error)
            raise

    def stream(self, namespace: dict[str, Any]) -> Iterator[bytes]:
        """Run a function that yields its pieces."""
        output = Output()
        texts = self._start(namespace, output)
        try:
            for text in texts:
                if text:
                    yield output.encode(text)
        except Exception as error:
            self._translate(error)
            raise
        finally:
            output.closed = True
            texts.close()

    async def stream_async(self, namespace: dict[str, Any]) -> AsyncIterator[bytes]:
        """Run a function that yields its pieces and may await."""
        if not self.asynchronous:
            for piece in self.stream(namespace):
                yield piece
            return
        output = Output()
        texts = self._start(namespace, output)
        try:
            async for text in texts:
                if text:
                    yield output.encode(text)
        except Exception as error:
            self._translate(error)
            raise
        finally:
            output.closed = True
            await texts.aclose()

    def _start(self, namespace: dict[str, Any], output: Output) -> Any:
        """Call the function; return the text, an iterator of pieces, or an awaitable for these."""
        # Functions written in C, datetime.strftime for one, import modules by the globals of their caller.
        namespace.setdefault("__builtins__", _BUILTINS)
        run = FunctionType(self.code, namespace)
        return run(str, type, escape_text, name_quotes, ESCAPERS, output)

    def _translate(self, error: Exception) -> None:
        """Make the traceback of an error show the templates."""
        import contextlib

        from ._traceback import translate

        with contextlib.suppress(Exception):  # the error itself matters more than how it looks
            translate(error, self)
