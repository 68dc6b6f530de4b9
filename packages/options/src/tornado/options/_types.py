"""Values read from text and written as text, for every type that an option can have."""

from __future__ import annotations

import builtins
import datetime

from ._times import read_date, read_length, write_length

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_TRUE = ("", "1", "on", "t", "true", "y", "yes")
_FALSE = ("0", "f", "false", "n", "no", "off")


def read_bool(text: str) -> bool:
    """Read true or false, in the usual words and letter cases."""
    word = text.strip().lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    msg = f"{text!r} is neither true nor false"
    raise ValueError(msg)


def read_int(text: str) -> int:
    """Read a whole number."""
    try:
        return int(text)
    except ValueError:
        msg = f"{text!r} is not a whole number"
        raise ValueError(msg) from None


def read_float(text: str) -> float:
    """Read a number."""
    try:
        return float(text)
    except ValueError:
        msg = f"{text!r} is not a number"
        raise ValueError(msg) from None


#: How the usual types are read. Any other type is called with the text.
READERS: dict[Any, Callable[[str], Any]] = {
    bool: read_bool,
    datetime.datetime: read_date,
    datetime.timedelta: read_length,
    float: read_float,
    int: read_int,
    str: str,
}

#: What the help shows instead of a value of each type.
PLACEHOLDERS: dict[Any, str] = {
    bool: "BOOL",
    datetime.datetime: "DATE",
    datetime.timedelta: "TIME",
    float: "NUMBER",
    int: "INT",
    str: "TEXT",
}


def read_value(text: str, type: Any) -> Any:
    """Convert a text to a value of a type.

    :raises ValueError: that is not possible; the message says why.
    """
    reader = READERS.get(type)
    if reader is not None:
        return reader(text)
    try:
        return type(text)
    except (ValueError, TypeError, LookupError) as error:
        members = members_of(type)
        if text in members:
            return members[text]
        reason = f"one of {', '.join(members)}" if members else error
        msg = f"{text!r} is not a valid {name_of(type)} ({reason})"
        raise ValueError(msg) from error


def members_of(type: Any) -> dict[str, Any]:
    """Return the members of an Enum by their texts, an empty dict for other types."""
    return {write_value(member): member for member in type} if hasattr(type, "__members__") else {}


def read_list(text: str, type: Any) -> list[Any]:
    """Convert a text with commas to a list of values; for whole numbers, 1:4 is 1,2,3,4.

    :raises ValueError: one of them cannot be read.
    """
    if not text:
        return []
    values: list[Any] = []
    for part in text.split(","):
        if type is int:
            values.extend(_read_range(part))
        else:
            values.append(read_value(part if type is str else part.strip(), type))
    return values


def convert_toml(value: Any, type: Any) -> Any:
    """Convert a value of a TOML file to a type that TOML does not have.

    Text is read for lengths of time and for the program's own types. Numbers are seconds or the
    values of an Enum, and a date alone is its midnight. A value that has the type already, or that
    cannot be converted, is returned as it is.

    :raises ValueError: a text cannot be read, or a truth value is given instead of a number.
    """
    if isinstance(value, bool) and type in (int, float, datetime.timedelta):
        msg = f"needs {name_of(type)}, not {value} (bool)"
        raise ValueError(msg)
    if value.__class__ is not type and write_value(value) in members_of(type):
        return members_of(type)[write_value(value)]
    if isinstance(value, str):
        return value if type in (str, int, float, bool) else read_value(value, type)
    if type is datetime.timedelta and isinstance(value, int | float):
        return datetime.timedelta(seconds=value)
    if type is datetime.datetime and value.__class__ is datetime.date:
        return datetime.datetime.combine(value, datetime.time())
    return value


def _read_range(text: str) -> range:
    first, colon, last = text.partition(":")
    low = read_int(first)
    high = read_int(last) if last.strip() else low
    if colon and high < low:
        msg = f"the range {text!r} is empty, write the smaller number first"
        raise ValueError(msg)
    return range(low, high + 1)


def write_value(value: Any) -> str:
    """Return a value as a person would write it on the command line."""
    if isinstance(value, list | tuple | set | frozenset):
        return ",".join(write_value(item) for item in value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime.timedelta):
        return write_length(value)
    if hasattr(value.__class__, "__members__"):
        is_plain = isinstance(value.value, str | int | float)
        return write_value(value.value) if is_plain else str(value.name)
    return str(value)


def name_of(type: Any) -> str:
    """Return the name of a type for messages; a function that reads text is just a ``value``."""
    return str(type.__name__) if isinstance(type, builtins.type) else "value"
