"""The options that all parts of a program share, and the functions that use them.

This is the only state of the package. A test makes an `OptionParser` of its own.
"""

from __future__ import annotations

from tornado.log import define_logging_options

from ._parser import OptionParser

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Any, TextIO

#: The options of the program.
options = OptionParser()


def define(
    name: str,
    default: Any = None,
    type: Any = None,
    help: str | None = None,
    metavar: str | None = None,
    multiple: bool = False,
    group: str | None = None,
    callback: Callable[[Any], object] | None = None,
    *,
    choices: Sequence[Any] | None = None,
    minimum: Any = None,
    maximum: Any = None,
) -> None:
    """Define an option of the program, see `OptionParser.define`."""
    options.define(
        name,
        default,
        type,
        help,
        metavar,
        multiple,
        group,
        callback,
        choices=choices,
        minimum=minimum,
        maximum=maximum,
    )


def parse_command_line(args: Sequence[str] | None = None, final: bool = True) -> list[str]:
    """Read the program's options from its command line, see `OptionParser.parse_command_line`."""
    return options.parse_command_line(args, final)


def parse_config_file(path: str | os.PathLike[str], final: bool = True) -> None:
    """Read the program's options from a file, see `OptionParser.parse_config_file`."""
    options.parse_config_file(path, final)


def parse_environment(
    prefix: str, environ: Mapping[str, str] | None = None, final: bool = True
) -> None:
    """Read the program's options from its environment, see `OptionParser.parse_environment`.

    .. versionadded:: 1.0
    """
    options.parse_environment(prefix, environ, final)


def parse_sources(
    args: Sequence[str] | None = None,
    *,
    files: str | os.PathLike[str] | Iterable[str | os.PathLike[str]] = (),
    prefix: str | None = None,
    config: str | None = None,
    environ: Mapping[str, str] | None = None,
    final: bool = True,
) -> list[str]:
    """Read the program's options from all sources, see `OptionParser.parse_sources`.

    .. versionadded:: 1.0
    """
    return options.parse_sources(
        args, files=files, prefix=prefix, config=config, environ=environ, final=final
    )


def print_help(file: TextIO | None = None) -> None:
    """Print the program's options, see `OptionParser.print_help`."""
    options.print_help(file)


def add_parse_callback(callback: Callable[[], object]) -> None:
    """Add a function that is called when the program's options are parsed."""
    options.add_parse_callback(callback)


define_logging_options(options)
