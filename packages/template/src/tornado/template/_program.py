"""Programs: the source that the writer made, compiled, and what it takes to run it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import CodeType, FunctionType
from typing import Any, NoReturn

from ._fragments import blame
from ._nodes import File
from ._runtime import ESCAPERS, Output, escape_text, name_quotes
from ._source import Source
from ._writer import Library, Mark, Style, Writer

_ASYNC = re.compile(r"\b(?:await|async)\b")
_GENERATOR = 0x20 | 0x200  # inspect.CO_GENERATOR and CO_ASYNC_GENERATOR
_REFUSED = (SyntaxError, ValueError, MemoryError, RecursionError, OverflowError)


@dataclass(slots=True)
class Program:
    """One compiled function of a template."""

    style: Style
    #: The generated Python.
    source: str
    #: The name that the source goes by in tracebacks, before they are translated.
    filename: str
    code: CodeType
    marks: list[Mark | None]
    #: Every template that is written into this program.
    sources: list[Source]

    def start(self, namespace: dict[str, Any], output: Output) -> Any:
        """Run the function: the text, an iterator of pieces, or the asynchronous form of these."""
        run = FunctionType(self.code, namespace)
        return run(str, type, escape_text, name_quotes, ESCAPERS, output)


def build(file: File, style: Style, library: Library) -> Program:
    """Write and compile the program of a template.

    The style that comes back may be asynchronous where the one asked for is not: the template
    awaits something.

    :raises ParseError: with the place of the directive that is at fault.
    """
    writer = Writer(style, library)
    text = writer.write(file)
    filename = f"{file.source.name}.generated.py"
    try:
        code = _function(compile(text, filename, "exec", dont_inherit=True))
    except _REFUSED as error:
        if not style.asynchronous and _is_asynchronous(writer):
            return build(file, style._replace(asynchronous=True), library)
        _find_fault(writer, file, error)
    if bool(code.co_flags & _GENERATOR) != style.stream:
        raise file.source.error("a template cannot yield", 0)
    if "xhtml_escape" in code.co_varnames + code.co_cellvars and not style.named:
        return build(file, style._replace(named=True), library)
    sources = list({id(part.source): part.source for part in writer.files}.values())
    return Program(style, text, filename, code, writer.marks, sources)


def _is_asynchronous(writer: Writer) -> bool:
    """Tell whether the code of the templates may need a coroutine function."""
    return any(part.keyword == "async for" or _ASYNC.search(part.code) for part in writer.fragments)


def _function(module: CodeType) -> CodeType:
    """Return the code of the only function in a module."""
    return next(value for value in module.co_consts if isinstance(value, CodeType))


def _find_fault(writer: Writer, file: File, error: BaseException) -> NoReturn:
    """Raise the error of the directive that Python does not accept."""
    for fragment in writer.fragments:
        fragment.check(simple=False)
    line = getattr(error, "lineno", None) or 0
    mark = next((mark for mark in reversed(writer.marks[:line]) if mark), None)
    source, offset = (mark.scope.source, mark.offset) if mark else (file.source, 0)
    blame(source, source.place(offset).text.strip(), offset, error)
