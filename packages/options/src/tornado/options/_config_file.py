"""Configuration files: their names and values, and the lines where these are.

A ``.toml`` file is data. Any other file is a Python program, which is run.
"""

from __future__ import annotations

import os

from tornado.util import exec_in

from ._errors import Error
from ._one_line_errors import print_in_one_line

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any


class ConfigFile:
    """The content of a configuration file.

    :param path: the file.
    :param values: its names and values, in order.
    :param is_data: whether all names have to be options; a program has other variables too.
    :param find_line: returns the line of a name, None if it cannot be found.
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


def read_config_file(path: str | os.PathLike[str]) -> ConfigFile:
    """Read a file as TOML or Python, according to its extension.

    :raises Error: the file is not TOML; the message names the line.
    :raises SyntaxError: the file is not Python; the error has the line.
    :raises OSError: the file cannot be read.
    """
    name = os.fsdecode(path)
    try:
        with open(name, "rb") as file:
            content = file.read()
    except OSError as error:
        print_in_one_line(error, f"cannot read {name}: {error.strerror}")
        raise
    return _read_toml(name, content) if name.endswith(".toml") else _run_python(name, content)


def _run_python(path: str, content: bytes) -> ConfigFile:
    # Compiled with its own path, so that tracebacks show its lines.
    try:
        code = compile(content, path, "exec", dont_inherit=True)
    except SyntaxError as error:
        print_in_one_line(error, f"{path}, line {error.lineno}: {error.msg}")
        raise
    variables: dict[str, Any] = {"__file__": os.path.abspath(path)}
    exec_in(code, variables, variables)
    values = {name: value for name, value in variables.items() if not name.startswith("__")}
    return ConfigFile(
        path, values, is_data=False, find_line=lambda name: _find_assignment(content, name)
    )


def _find_assignment(content: bytes, name: str) -> int | None:
    """Return the last line outside of functions that sets a variable."""
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
        msg = f"{path}, line {line}: TOML is UTF-8, but the byte 0x{byte:02x} is not"
        raise Error(msg) from error
    except tomllib.TOMLDecodeError as error:
        raise Error(_explain(path, text, str(error))) from error
    return ConfigFile(
        path, tables, is_data=True, find_line=lambda name: _find_key(text, name.split("."))
    )


def flatten_tables(
    tables: dict[str, Any], is_option: Callable[[str], bool]
) -> Iterator[tuple[str, Any]]:
    """Yield the dotted keys of TOML tables and their values.

    ``[mysql]`` with ``host`` is ``mysql.host``, unless ``mysql`` itself is an option.
    """
    for name, value in tables.items():
        if isinstance(value, dict) and not is_option(name):
            yield from flatten_tables(
                {f"{name}.{inner}": item for inner, item in value.items()}, is_option
            )
        else:
            yield name, value


def _find_key(text: str, keys: list[str]) -> int | None:
    """Return the line where the statement begins that sets a key.

    That is found by parsing: the statement ends with the first line up to which the text is valid
    and has the key. So there is no second grammar. It is slow, but only errors need it.
    """
    lines = text.splitlines(keepends=True)
    for index, line in enumerate(lines):
        if keys[-1] not in line or _sets_key(lines[:index], keys) is not False:
            continue
        for end in range(index + 1, len(lines) + 1):
            found = _sets_key(lines[:end], keys)
            if found:
                return index + 1
            if found is False:
                break
    return None


def _sets_key(lines: list[str], keys: list[str]) -> bool | None:
    """Tell whether lines set a key; None if they are not valid, as in the middle of a value."""
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
    """Return a message of tomllib with its place at the beginning, where our messages have it."""
    problem, _, place = message.partition(" (at ")
    number = place.removeprefix("line ").partition(",")[0]
    line = number if number.isdigit() else len(text.splitlines())
    return f"{path}, line {line}: {problem[:1].lower()}{problem[1:]}"
