"""The compiler: a parsed template becomes Python source, and then a program."""

from __future__ import annotations

import re
from types import CodeType

from .._parsing._fragments import COMPILE_ERRORS, raise_python_error
from .._program import Program
from ._writer import ASYNC, NAMED, Writer

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from typing import NoReturn

    from .._parsing._nodes import File
    from ._inheritance import FindFile

_ASYNC_WORDS = re.compile(r"\b(?:await|async)\b")


def build_program(file: File, style: int, find_file: FindFile) -> Program:
    """Write and compile the program of a template.

    The program is asynchronous if the template awaits something, whatever the style.

    :param style: :data:`STREAM` and :data:`NAMED`, added up.
    :param find_file: finds the templates that are extended and included.
    :raises ParseError: with the place of the directive that is wrong.
    """
    writer = Writer(style, find_file)
    text = writer.write(file)
    try:
        module = compile(text, f"{file.source.name}.generated.py", "exec", dont_inherit=True)
    except COMPILE_ERRORS as error:
        if not style & ASYNC and _has_async_words(writer):
            return build_program(file, style | ASYNC, find_file)
        _raise_fault(writer, file, error)
    code = next(value for value in module.co_consts if isinstance(value, CodeType))
    if "xhtml_escape" in code.co_varnames + code.co_cellvars and not style & NAMED:
        return build_program(file, style | NAMED, find_file)
    sources = tuple(writer.sources.values())
    return Program(code, text, writer.marks, sources, asynchronous=bool(style & ASYNC))


def _has_async_words(writer: Writer) -> bool:
    """Tell whether the code of the templates may need a coroutine function."""
    return any(
        part.keyword == "async for" or _ASYNC_WORDS.search(part.code) for part in writer.fragments
    )


def _raise_fault(writer: Writer, file: File, error: BaseException) -> NoReturn:
    """Raise the error of the directive that Python does not accept."""
    for fragment in writer.fragments:
        fragment.parse()
    line = getattr(error, "lineno", None) or 0
    for mark in reversed(writer.marks[:line]):
        if mark is not None:
            source = mark.scope.source
            raise_python_error(source, source.line_text(mark.offset).strip(), mark.offset, error)
    raise_python_error(file.source, file.source.line_text(0), 0, error)
