"""Read a configuration file: names and values, and the lines that they stand in.

A ``.toml`` file is data. Any other file is a Python program, which is run.
"""

from __future__ import annotations

import os

from tornado.util import exec_in

from ._complaint import tell_in_one_line
from ._errors import Error

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any


class ConfigFile:
    """What a file says.

    :param path: the file.
    :param values: its names and values in order.
    :param is_data: whether all names have to be options; a program has other variables too.
    :param find_line: gives the line of a name, as far as it can be found.
    """

    __slots__ = ("find_line", "is_data", "path", "values")

    def __init__(
        self,
        path: str,
        values: dict[str, Any],
        *,
        is_data: bool,
        find_line: Callable[[str], int | None],
    ) -> None:
        self.path = path
        self.values = values
        self.is_data = is_data
        self.find_line = find_line


def read(path: str | os.PathLike[str]) -> ConfigFile:
    """Read a file by the rules of its extension.

    :raises Error: if a TOML file is broken, with the line.
    :raises SyntaxError: if a Python file is broken, with the line.
    :raises OSError: if the file cannot be read.
    """
    name = os.fsdecode(path)
    try:
        with open(name, "rb") as file:
            content = file.read()
    except OSError as error:
        tell_in_one_line(error, f"cannot read {name}: {error.strerror}")
        raise
    return _read_toml(name, content) if name.endswith(".toml") else _run_python(name, content)


def _run_python(path: str, content: bytes) -> ConfigFile:
    # Compiled under its own name, so that its errors show its lines.
    try:
        code = compile(content, path, "exec", dont_inherit=True)
    except SyntaxError as error:
        tell_in_one_line(error, f"{path}, line {error.lineno}: {error.msg}")
        raise
    variables: dict[str, Any] = {"__file__": os.path.abspath(path)}
    exec_in(code, variables, variables)
    values = {name: value for name, value in variables.items() if not name.startswith("__")}
    return ConfigFile(
        path, values, is_data=False, find_line=lambda name: _find_assignment(content, name)
    )


def _find_assignment(content: bytes, name: str) -> int | None:
    """Find the last line outside of functions that sets a variable."""
    import ast

    found = None
    for statement in ast.parse(content).body:
        for node in ast.walk(statement):
            if (
                isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id == name
            ) or (isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == name):
                found = node.lineno
    return found


def _read_toml(path: str, content: bytes) -> ConfigFile:
    import tomllib

    try:
        text = content.decode("utf-8-sig")
        tables = tomllib.loads(text)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        byte = content[error.start]
        msg = f"{path}, line {line}: TOML is written in UTF-8, and the byte 0x{byte:02x} is not"
        raise Error(msg) from error
    except tomllib.TOMLDecodeError as error:
        raise Error(_explain(path, text, str(error))) from error
    return ConfigFile(
        path, tables, is_data=True, find_line=lambda name: _find_key(text, name.split("."))
    )


def flatten(tables: dict[str, Any], is_option: Callable[[str], bool]) -> Iterator[tuple[str, Any]]:
    """Give the dotted keys of TOML tables and their values.

    ``[mysql]`` with ``host`` gives ``mysql.host``, unless ``mysql`` is an option that takes all.
    """
    for name, value in tables.items():
        if isinstance(value, dict) and not is_option(name):
            yield from flatten(
                {f"{name}.{inner}": item for inner, item in value.items()}, is_option
            )
        else:
            yield name, value


def _find_key(text: str, keys: list[str]) -> int | None:
    """Find the line in which the statement begins that sets a key.

    A statement may be any line after which the text so far is sound and has the key, so no second
    grammar is needed. It is slow, and only asked for when there is something to complain about.
    """
    lines = text.splitlines(keepends=True)
    for index, line in enumerate(lines):
        if keys[-1] not in line or _has(lines[:index], keys) is not False:
            continue
        for end in range(index + 1, len(lines) + 1):
            found = _has(lines[:end], keys)
            if found:
                return index + 1
            if found is False:
                break
    return None


def _has(lines: list[str], keys: list[str]) -> bool | None:
    """Tell whether some lines set a key; None if they end in the middle of something."""
    import tomllib

    try:
        tables: Any = tomllib.loads("".join(lines))
    except tomllib.TOMLDecodeError:
        return None
    for key in keys:
        if not isinstance(tables, dict) or key not in tables:
            return False
        tables = tables[key]
    return True


def _explain(path: str, text: str, message: str) -> str:
    """Put the place that a message of tomllib ends with where all messages have it."""
    problem, _, place = message.partition(" (at ")
    number = place.removeprefix("line ").partition(",")[0]
    line = number if number.isdigit() else len(text.splitlines())
    return f"{path}, line {line}: {problem[:1].lower()}{problem[1:]}"
