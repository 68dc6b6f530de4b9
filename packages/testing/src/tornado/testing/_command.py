"""The command line of tests, with ``tornado.options`` if that is installed."""

from __future__ import annotations

import argparse
from typing import Any, NamedTuple

from tornado.log import enable_pretty_logging


class Options(NamedTuple):
    """The options of a run of tests."""

    exception_on_interrupt: bool = True
    verbose: bool | None = None
    quiet: bool | None = None
    failfast: bool | None = None
    catch: bool | None = None
    buffer: bool | None = None
    autoreload: bool = False
    leftovers: str | None = None
    blocking: float | None = None


HELP = {
    "exception_on_interrupt": "whether Ctrl-C raises KeyboardInterrupt, and so shows a traceback, "
    "or ends the process at once",
    "verbose": "name each test",
    "quiet": "do not show progress",
    "failfast": "stop at the first failure",
    "catch": "on Ctrl-C, end the running test and report",
    "buffer": "show the output of failing tests only",
    "autoreload": "run the tests again when their source changes",
    "leftovers": "what to do with tests that leave something behind: warn, fail or ignore",
    "blocking": "seconds that a callback may hold the loop before its test fails",
}

#: The types of the options that are not flags.
TYPES: dict[str, type] = {"leftovers": str, "blocking": float}


def parse_options(argv: list[str]) -> tuple[Options, list[str]]:
    """Take the options of a command line, and return them with the words after them."""
    try:
        import tornado.options  # noqa: F401 - whether it is there
    except ImportError:
        return _parse_alone(argv)
    return _parse_with_options(argv)


def _parse_with_options(argv: list[str]) -> tuple[Options, list[str]]:
    from tornado.options import define, options, parse_command_line

    defaults = Options()._asdict()
    for name, default in defaults.items():
        if name not in options:
            define(name, default=default, type=TYPES.get(name, bool), help=HELP[name])
    names = parse_command_line(argv)
    return Options(**{name: options[name] for name in defaults}), names


def _parse_alone(argv: list[str]) -> tuple[Options, list[str]]:
    parser = argparse.ArgumentParser(prog=argv[0], allow_abbrev=False)
    for name, default in Options()._asdict().items():
        kind: Any = TYPES.get(name, _flag)
        flag: dict[str, Any] = {"nargs": "?", "const": True} if kind is _flag else {}
        option = f"--{name.replace('_', '-')}"
        parser.add_argument(option, default=default, type=kind, help=HELP[name], **flag)
    parser.add_argument("names", nargs="*")
    # An option before a name must not take the name for its value.
    joined = [
        f"{word}=true" if word.lstrip("-").replace("-", "_") in _FLAGS else word
        for word in argv[1:]
    ]
    found = vars(parser.parse_args(joined))
    names = found.pop("names")
    enable_pretty_logging()
    return Options(**found), names


_FLAGS = frozenset(Options._fields) - TYPES.keys()


def _flag(text: str) -> bool:
    if text.lower() in {"true", "1", "t", "yes"}:
        return True
    if text.lower() in {"false", "0", "f", "no"}:
        return False
    raise argparse.ArgumentTypeError(f"{text!r} is neither true nor false")
