"""Compiled templates as Python files.

A file has the generated function and, as constants, everything else that a :class:`Template` needs.
Where each line of the function comes from is written as tuples. Scopes are ``(template, label, scope,
offset)``; the last two say which directive's place the scope takes (-1 for the outermost). Marks are
``(scope, offset, column)``.
"""

from __future__ import annotations

import os
from binascii import crc32
from fnmatch import fnmatch

from ._loaders import Loader, confine
from ._program import Program
from ._source import Mark, Scope

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any, TypeAlias

    from ._source import Source
    from ._template import Template

    #: Length and checksum of a template's text.
    Stamp: TypeAlias = tuple[int, int]
    PackedScope: TypeAlias = tuple[str, str, int, int]
    PackedMark: TypeAlias = tuple[int, int, int]

#: The version of the files: 1 more when the generated code, or what it calls, has another form.
FORMAT = 1

_FORM = """\
# Compiled from the template {name!r} by tornado.template: change that, not this.
{source}
FORMAT = {format}
NAME = {name!r}
SETTINGS = {settings!r}
AUTOESCAPE = {autoescape!r}
ASYNCHRONOUS = {asynchronous}
TEXT = {text!r}
STAMPS = {stamps!r}
SCOPES = {scopes!r}
MARKS = {marks!r}
"""


def compile_directory(directory: str, output: str, *, match: str = "*", **kwargs: Any) -> list[str]:
    """Compile all templates of a folder to Python files, for :class:`CompiledLoader`.

    :param directory: the folder of the templates. Hidden files are left out.
    :param output: the folder for the Python files; it is created if necessary.
    :param match: a pattern for the names of files, as in a shell: ``"*.html"``. The templates that
        these extend and include are compiled too.
    :param kwargs: the settings ``autoescape`` and ``whitespace`` of the loader.
    :returns: the names of the templates.
    :raises ParseError: a template does not compile; the first one is reported.

    .. versionadded:: 1.0
    """
    from tornado.util import replace_file  # not needed to load templates

    loader = Loader(directory, **kwargs)
    waiting = sorted(template_names(directory, match), reverse=True)
    done: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in done:
            continue
        template = loader.load(name)
        path = confine(os.path.abspath(output), name) + ".py"
        os.makedirs(os.path.dirname(path), exist_ok=True)
        replace_file(path, [pack(template).encode()])
        _forget_bytecode(path)
        done.add(name)
        waiting.extend(source.name for source in template._get_program(0).sources)
    return sorted(done)


def _forget_bytecode(path: str) -> None:
    """Remove the bytecode of a file: Python does not notice a change within a second to the same size."""
    from contextlib import suppress
    from importlib.util import cache_from_source

    for level in ("", 1, 2):
        with suppress(FileNotFoundError):
            os.remove(cache_from_source(path, optimization=level))


def template_names(directory: str, match: str = "*") -> Iterator[str]:
    """Yield the names of the templates in a folder: the files that match and are not hidden."""
    for folder, folders, files in os.walk(directory):
        folders[:] = [name for name in folders if not name.startswith((".", "__pycache__"))]
        for name in files:
            if not name.startswith(".") and fnmatch(name, match):
                path = os.path.relpath(os.path.join(folder, name), directory)
                yield path.replace(os.sep, "/")


def pack(template: Template) -> str:
    """Return the Python file of a template that has a loader."""
    program = template._get_program(0)
    scopes, marks = _pack_marks(program.marks)
    loader = template.loader
    return _FORM.format(
        source=program.source,
        format=FORMAT,
        name=template.name,
        settings=(loader.autoescape, loader.whitespace) if loader is not None else None,
        autoescape=template.autoescape,
        asynchronous=program.asynchronous,
        text=template._get_file().source.text,
        stamps={source.name: stamp(source.text) for source in program.sources},
        scopes=scopes,
        marks=marks,
    )


def stamp(text: str) -> Stamp:
    """Return the length and the checksum of a template's text, which show that it has changed."""
    data = text.encode()
    return len(data), crc32(data)


def _pack_marks(
    marks: Sequence[Mark | None],
) -> tuple[tuple[PackedScope, ...], tuple[PackedMark | None, ...]]:
    numbers: dict[Scope, int] = {}
    scopes: list[PackedScope] = []

    def number(scope: Scope) -> int:
        if scope not in numbers:
            via, offset = (number(scope.via.scope), scope.via.offset) if scope.via else (-1, -1)
            numbers[scope] = len(scopes)
            scopes.append((scope.source.name, scope.label, via, offset))
        return numbers[scope]

    packed = tuple(
        None if mark is None else (number(mark.scope), mark.offset, mark.column) for mark in marks
    )
    return tuple(scopes), packed


def unpack(module: dict[str, Any], find_source: Callable[[str], Source]) -> Program:
    """Return the program in a Python file.

    :param module: the names that the file defines.
    :param find_source: returns the source of a template by its name.
    """
    scopes: list[Scope] = []
    for name, label, via, offset in module["SCOPES"]:
        mark = Mark(scopes[via], offset) if via >= 0 else None
        scopes.append(Scope(find_source(name), label, mark))
    marks = [mark and Mark(scopes[mark[0]], mark[1], mark[2]) for mark in module["MARKS"]]
    code = module["_tt_execute"].__code__
    return Program(
        code,
        None,
        [None] * (code.co_firstlineno - 1) + marks,
        [find_source(name) for name in module["STAMPS"]],
        asynchronous=module["ASYNCHRONOUS"],
    )
