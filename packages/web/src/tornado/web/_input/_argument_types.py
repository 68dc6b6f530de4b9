"""Arguments of other types than text."""

from __future__ import annotations

import re
from enum import EnumMeta
from math import isfinite
from typing import TYPE_CHECKING, Any

from .._errors import HTTPError, InvalidArgumentError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_is_integer = re.compile(r"[+-]?[0-9]+").fullmatch

_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off"})


def _integer(text: str) -> int:
    if _is_integer(text) is None:  # int() accepts 1_000 and the digits of all scripts
        raise ValueError(text)
    return int(text)


def _finite(text: str) -> float:
    if not text.isascii() or "_" in text:  # float() accepts them as int() does
        raise ValueError(text)
    number = float(text)
    if not isfinite(number):  # "nan" equals nothing, and JSON has no such numbers
        raise ValueError(text)
    return number


def _boolean(text: str) -> bool:
    text = text.lower()
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    raise ValueError(text)


def _member(kind: Any, value: Any) -> Any:
    """Return the member of an Enum whose value is written as `value`."""
    for member in kind:
        if str(member.value) == value:
            return member
    return kind(value)


#: Converters that are stricter than a call of the type, or differ from it.
_CONVERTERS: Mapping[Any, Callable[[str], Any]] = {int: _integer, float: _finite, bool: _boolean}


def convert_argument(name: str, value: Any, kind: Callable[[Any], Any]) -> Any:
    """Convert an argument to a type.

    :raises InvalidArgumentError: the type cannot be made from it.
    """
    convert: Callable[[Any], Any] = _CONVERTERS.get(kind, kind)
    try:
        if isinstance(kind, EnumMeta):
            return _member(kind, value)
        return convert(value)
    except HTTPError:
        raise
    except (ValueError, LookupError, ArithmeticError) as error:
        raise InvalidArgumentError(name, value, getattr(kind, "__name__", repr(kind))) from error
