"""Reading the command line and the environment."""

from __future__ import annotations

import argparse
import difflib
import os
import sys
from typing import TYPE_CHECKING, Any, NoReturn

from ._options import ADDRESSES, APPLICATION, GROUPS, LIMITS, LOGS, PREFIX, PROCESSES, PROXIES, TLS
from ._other_names import advice_for
from ._settings import (
    AddressSettings,
    ApplicationSettings,
    LogSettings,
    ProcessSettings,
    Settings,
    TLSSettings,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ._options import Group, Option

PROGRAM = "tornado-serve"

_USAGE = f"{PROGRAM} [options] MODULE:NAME [-- arguments of the application]"
_DESCRIPTION = "Serve an application: one of Tornado, ASGI or WSGI."
_EPILOG = (
    f"Each option has an environment variable, {PREFIX}MAX_BODY_SIZE for --max-body-size;"
    " several values are separated by commas. What the command line says counts more."
    " SIGTERM ends the server after the requests that are under way, SIGHUP reloads the application."
)

_ON = frozenset({"1", "true", "yes", "on"})
_OFF = frozenset({"0", "false", "no", "off"})

#: Options whose names HTTPServer does not have, and its names for them.
_SERVER_NAMES = {"idle_timeout": "idle_connection_timeout", "keep_alive": "no_keep_alive"}


class _Parser(argparse.ArgumentParser):
    """A parser whose errors fit on two lines."""

    def error(self, message: str) -> NoReturn:
        """Print what is wrong, and end with the status 2."""
        self.exit(2, f"{PROGRAM}: error: {message}\ntry '{PROGRAM} --help'\n")


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = _Parser(
        prog=PROGRAM,
        usage=_USAGE,
        description=_DESCRIPTION,
        epilog=_EPILOG,
        allow_abbrev=False,
    )
    parser.add_argument(
        "target",
        metavar="MODULE:NAME",
        help="the module, and the application's name in it; 'app' or 'application' if it is left out",
    )
    parser.add_argument("--version", action="version", version=_version())
    for group in GROUPS:
        section = parser.add_argument_group(group.title)
        for option in group.options:
            section.add_argument(f"--{option.name}", **_keywords(option))
    return parser


def _keywords(option: Option) -> dict[str, Any]:
    # Without a default: the environment comes between the command line and that.
    keywords: dict[str, Any] = {"default": None, "help": _help(option)}
    if option.convert is None:
        return {**keywords, "action": argparse.BooleanOptionalAction}
    if option.is_repeatable:
        keywords["action"] = "append"
    if option.choices:
        return {**keywords, "choices": option.choices}
    return {**keywords, "type": option.convert, "metavar": option.metavar}


def _help(option: Option) -> str:
    return f"{option.help} ({default_text(option)})" if default_text(option) else option.help


def default_text(option: Option) -> str:
    """Return an option's default as a user would write it; empty if there is none."""
    match option.default:
        case None | () | "":
            return option.server_default
        case True | False:
            return "on" if option.default else "off"
        case tuple():
            return ", ".join(map(str, option.default))
        case float():
            return f"{option.default:g}"
    return f"{option.default:o}" if option.name == "unix-mode" else str(option.default)


def _version() -> str:
    from importlib.metadata import version
    from platform import python_implementation, python_version

    return f"{PROGRAM} {version(PROGRAM)} ({python_implementation()} {python_version()})"


def parse(
    arguments: Sequence[str] | None = None, environment: Mapping[str, str] | None = None
) -> Settings:
    """Return what the command line and the environment ask for.

    :param arguments: by default those of the program.
    :param environment: by default that of the program.
    :raises SystemExit: something is wrong, which is printed, or the user asked for help.
    """
    ours, theirs = _split(sys.argv[1:] if arguments is None else arguments)
    parser = make_parser()
    found, unknown = parser.parse_known_args(ours)
    if unknown:
        parser.error(_describe_unknown(unknown[0]))
    given = {name: value for name, value in vars(found).items() if value is not None}
    environment = os.environ if environment is None else environment
    for group in GROUPS:
        for option in group.options:
            text = environment.get(option.variable, "")
            if option.attribute not in given and text.strip(" ,"):  # empty: as if it were not set
                given[option.attribute] = _read_variable(parser, option, text)
    return _settings(given, theirs)


def _split(arguments: Sequence[str]) -> tuple[Sequence[str], tuple[str, ...]]:
    """Separate our arguments from those of the application."""
    if "--" not in arguments:
        return arguments, ()
    place = list(arguments).index("--")
    return arguments[:place], tuple(arguments[place + 1 :])


def _describe_unknown(argument: str) -> str:
    name = argument.partition("=")[0]
    known = [f"--{option.name}" for group in GROUPS for option in group.options]
    advice = advice_for(name)
    if not advice:
        close = difflib.get_close_matches(name, known, n=1)
        advice = f"did you mean {close[0]}?" if close else ""
    if not argument.startswith("-"):
        advice = "give one application, and arguments for it after --"
    return f"unknown argument {argument}" + (f": {advice}" if advice else "")


def _read_variable(parser: argparse.ArgumentParser, option: Option, text: str) -> Any:
    try:
        if option.convert is None:
            return _switch(text)
        if option.is_repeatable:
            return [option.convert(each.strip()) for each in text.split(",") if each.strip()]
        value = option.convert(text)
    except argparse.ArgumentTypeError as error:
        parser.error(f"{option.variable}: {error}")
    if option.choices and value not in option.choices:
        parser.error(f"{option.variable}: {text!r} is not one of {', '.join(option.choices)}")
    return value


def _switch(text: str) -> bool:
    if text.strip().lower() in _ON:
        return True
    if text.strip().lower() in _OFF:
        return False
    raise argparse.ArgumentTypeError(f"{text!r} is neither on nor off")


def _settings(given: Mapping[str, Any], theirs: tuple[str, ...]) -> Settings:
    return Settings(
        ApplicationSettings(
            target=given["target"], arguments=theirs, **_values(APPLICATION, given)
        ),
        AddressSettings(has_port="host" in given or "port" in given, **_values(ADDRESSES, given)),
        ProcessSettings(**_values(PROCESSES, given)),
        TLSSettings(**_values(TLS, given)),
        LogSettings(**_values(LOGS, given)),
        _server_arguments({**_values(PROXIES, given), **_values(LIMITS, given)}),
    )


def _values(group: Group, given: Mapping[str, Any]) -> dict[str, Any]:
    found = {}
    for option in group.options:
        value = given.get(option.attribute, option.default)
        found[option.attribute] = tuple(value) if option.is_repeatable else value
    return found


def _server_arguments(values: dict[str, Any]) -> dict[str, Any]:
    values["keep_alive"] = not values["keep_alive"]
    return {
        _SERVER_NAMES.get(name, name): value
        for name, value in values.items()
        if value not in (None, ())
    }
