"""The command ``python -m tornado.autoreload``."""

from __future__ import annotations

import logging
import os
import runpy
import sys
import traceback
from importlib.util import find_spec
from typing import NamedTuple

from ._watching import wait, watch

gen_log = logging.getLogger("tornado.general")

_USAGE = """\
usage: python -m tornado.autoreload [--until-success] -m MODULE [arguments]
       python -m tornado.autoreload [--until-success] SCRIPT [arguments]

Run a program, and run it again whenever its source changes. With --until-success, end as soon as
the program has ended without an error.
"""


class Command(NamedTuple):
    """The program to run, and its arguments."""

    #: The script, or the module.
    name: str
    is_module: bool
    arguments: list[str]
    until_success: bool


def parse(arguments: list[str]) -> Command:
    """Read the arguments of the command.

    :raises ValueError: if they make no sense.
    """
    rest = list(arguments)
    until_success = rest[:1] == ["--until-success"]
    if until_success:
        del rest[0]
    is_module = rest[:1] == ["-m"]
    if is_module:
        del rest[0]
    if not rest:
        raise ValueError("a script or -m and a module are missing")
    if rest[0].startswith("-"):
        raise ValueError(f"unknown option {rest[0]}")
    return Command(rest[0], is_module, rest[1:], until_success)


def main() -> None:
    """Run the program that the command line names, and again whenever its source changes."""
    if sys.argv[1:] in (["-h"], ["--help"]):
        sys.stdout.write(_USAGE)
        return
    try:
        command = parse(sys.argv[1:])
    except ValueError as error:
        sys.stderr.write(f"{error}\n{_USAGE}")
        sys.exit(2)
    status = run(command)
    if command.until_success and status == 0:
        return
    gen_log.info("%s has ended with status %d, waiting for a change", command.name, status)
    try:
        wait()
    except KeyboardInterrupt:
        sys.exit(130)  # the status that shells report after Ctrl-C


def run(command: Command) -> int:
    """Run a program in this process, as it runs without the command.

    :returns: its exit status; 1 for an exception, whose traceback is printed.
    """
    sys.argv = [command.name, *command.arguments]
    try:
        if command.is_module:
            _watch_module(command.name)
            runpy.run_module(command.name, run_name="__main__", alter_sys=True)
        else:
            watch(command.name)
            # Before the current directory, which -m has added: programs import from both.
            sys.path.insert(0, os.path.dirname(os.path.abspath(command.name)))
            runpy.run_path(command.name, run_name="__main__")
    except SystemExit as end:
        _watch_traceback(end)
        return _status(end)
    except Exception as error:  # noqa: BLE001 - the program's own; it is shown
        traceback.print_exc()
        _watch_traceback(error)
        return 1
    return 0


def _status(end: SystemExit) -> int:
    if end.code is None or isinstance(end.code, int):
        return end.code or 0
    sys.stderr.write(f"{end.code}\n")
    return 1


def _watch_module(name: str) -> None:
    """Watch a module that may fail to be imported."""
    try:
        spec = find_spec(name)
        if spec is not None and spec.submodule_search_locations is not None:
            spec = find_spec(f"{name}.__main__")
    except (ImportError, SyntaxError, ValueError):
        return  # running it prints what is wrong
    if spec is not None and spec.origin is not None and spec.has_location:
        watch(spec.origin)


def _watch_traceback(error: BaseException) -> None:
    """Watch the files in a traceback, because modules that fail are not in ``sys.modules``."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, SyntaxError) and seen.filename:
            watch(seen.filename)
        for frame, _ in traceback.walk_tb(seen.__traceback__):
            if not frame.f_code.co_filename.startswith("<"):
                watch(frame.f_code.co_filename)
        seen = seen.__cause__ or seen.__context__
