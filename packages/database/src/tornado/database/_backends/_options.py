"""Options of connections, which come as text from a URL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tornado.util import shortened

from .._errors import InterfaceError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_WORDS = {
    "1": True, "true": True, "on": True, "yes": True,
    "0": False, "false": False, "off": False, "no": False,
}  # fmt: skip


def boolean(value: Any) -> bool:
    """Read ``on``, ``off`` and their like.

    :raises ValueError: if it is something else.
    """
    if isinstance(value, str):
        if value.lower() not in _WORDS:
            raise ValueError("on or off")
        return _WORDS[value.lower()]
    return bool(value)


def seconds(value: Any) -> float:
    """Read a time span.

    :raises ValueError: if it is not a number from 0 on.
    """
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = -1.0
    if not 0 <= number < 1e9:
        raise ValueError("a number of seconds")
    return number


def read_seconds(name: str, value: Any) -> float:
    """Return an option that is a time span.

    :raises InterfaceError: if it is not.
    """
    return float(read_options({name: value}, {name: seconds}, "")[name])


def read_count(name: str, value: Any, least: int) -> int:
    """Return an option that is a number of things.

    :raises InterfaceError: if it is not one, or less than there have to be.
    """
    if not isinstance(value, int) or value < least:
        raise InterfaceError(
            f"the option {name} is a whole number from {least} on, not {shortened(str(value))}"
        )
    return int(value)


def one_of(*words: str) -> Callable[[Any], str]:
    """Make a reader of one of some words."""

    def read(value: Any) -> str:
        if str(value).lower() not in words:
            raise ValueError(" or ".join([", ".join(words[:-1]), words[-1]]))
        return str(value).lower()

    return read


def read_options(
    given: Mapping[str, Any], readers: Mapping[str, Callable[[Any], Any]], kind: str
) -> dict[str, Any]:
    """Return the options of a kind of database.

    :raises InterfaceError: if there is no such option, or not with this value.
    """
    options = {}
    for name, value in given.items():
        if name not in readers:
            known = ", ".join(sorted(readers))
            raise InterfaceError(f"{kind} has no option {shortened(name)}: it has {known}")
        try:
            options[name] = readers[name](value)
        except ValueError as error:
            raise InterfaceError(
                f"the option {name} is {error}, not {shortened(str(value))}"
            ) from None
    return options
