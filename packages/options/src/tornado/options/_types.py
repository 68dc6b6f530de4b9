"""From the text of a value to the value, for every type that options have."""

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


#: How the types are read that options usually have. Any other is called with the text.
READERS: dict[Any, Callable[[str], Any]] = {
    bool: read_bool,
    datetime.datetime: read_date,
    datetime.timedelta: read_length,
    float: read_float,
    int: read_int,
    str: str,
}

#: What the help writes for a value, and messages call it.
PLACEHOLDERS: dict[Any, str] = {
    bool: "BOOL",
    datetime.datetime: "DATE",
    datetime.timedelta: "TIME",
    float: "NUMBER",
    int: "INT",
    str: "TEXT",
}


def read(text: str, type: Any) -> Any:
    """Read one value.

    :raises ValueError: if the text is not one of this type; the message says why.
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
    """Return the members of an Enum by the texts that are read for them; nothing for other types."""
    return {write(member): member for member in type} if hasattr(type, "__members__") else {}


def read_many(text: str, type: Any) -> list[Any]:
    """Read values with commas between them; among whole numbers, 1:4 is 1,2,3,4.

    :raises ValueError: if one of them cannot be read.
    """
    if not text:
        return []
    values: list[Any] = []
    for part in text.split(","):
        if type is int:
            values.extend(_read_range(part))
        else:
            values.append(read(part if type is str else part.strip(), type))
    return values


def fit(value: Any, type: Any) -> Any:
    """Turn a value of a TOML file into one of a type that TOML has not.

    Text is read for lengths of time and for the program's own types, numbers are seconds or the
    values of an Enum, and a date alone is its midnight. What fits already, or not at all, comes back as it is.

    :raises ValueError: if a text cannot be read, or true and false stand where a number belongs.
    """
    if isinstance(value, bool) and type in (int, float, datetime.timedelta):
        msg = f"needs {name_of(type)}, not {value} (bool)"
        raise ValueError(msg)
    if value.__class__ is not type and write(value) in members_of(type):
        return members_of(type)[write(value)]
    if isinstance(value, str):
        return value if type in (str, int, float, bool) else read(value, type)
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


def write(value: Any) -> str:
    """Write a value as one would on the command line."""
    if isinstance(value, list | tuple | set | frozenset):
        return ",".join(write(item) for item in value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime.timedelta):
        return write_length(value)
    if hasattr(value.__class__, "__members__"):
        return write(value.value) if isinstance(value.value, str | int | float) else str(value.name)
    return str(value)


def name_of(type: Any) -> str:
    """Give the name of a type for people; functions that read text have none."""
    return str(type.__name__) if isinstance(type, builtins.type) else "value"
