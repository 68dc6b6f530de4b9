"""Lines of a log for machines to read: one JSON object for each record."""

from __future__ import annotations

import logging
import time
from json import JSONEncoder
from math import isfinite

from ._access import access_fields
from ._message import message_of, safe_repr

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

#: The attributes of every record; the program has passed all others as ``extra``.
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {
    "asctime",
    "color",
    "end_color",
    "message",
    "taskName",
}
_KEYS = frozenset({"time", "level", "logger", "message", "source", "exception", "stack"})
#: How deeply structures are written.
_MAX_DEPTH = 8

# Only ASCII, so that no program that reads the log takes another character for a line end.
_encode = JSONEncoder(ensure_ascii=True, allow_nan=False, separators=(", ", ": ")).encode


class JSONLogFormatter(logging.Formatter):
    """A formatter of one line of JSON per record.

    ============= ==========================================================================
    ``time``      when the record was made: ISO 8601, UTC, microseconds
    ``level``     the name of its level
    ``logger``    the name of its logger
    ``message``   its message with the arguments filled in
    ``source``    module and line, if the formatter was made with ``source=True``
    ``exception`` the traceback as text, if the record has one
    ``stack``     the stack as text, if the record has one
    others        the ``fields`` of the formatter, and what the program passed in ``extra=``
    ============= ==========================================================================

    Lines of the access log also have ``status``, ``method``, ``uri``, ``remote_ip`` and
    ``milliseconds``.

    The keys are in this order. A field of the program with the name of one of them gets an
    underscore at its end. No value raises an error: numbers, text, lists and dictionaries are
    written as such, everything else as text.

    :param fields: written into every line, such as the name of the service.
    :param source: whether to write the key ``source``.

    .. versionadded:: 1.0
    """

    __module__ = "tornado.log"  # even if nobody has imported it from the package

    def __init__(self, fields: Mapping[str, Any] | None = None, *, source: bool = False) -> None:
        super().__init__()
        self._fields = dict(fields or {})
        self._source = source

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as a line of JSON in ASCII, without an end of line."""
        line: dict[str, Any] = {
            "time": self.formatTime(record),
            "level": record.levelname,
            "logger": _encodable(record.name),
            "message": _encodable(message_of(record)),
        }
        if self._source:
            line["source"] = f"{record.module}:{record.lineno}"
        if record.exc_info and not record.exc_text:
            record.exc_text = self.formatException(record.exc_info)
        if record.exc_text:
            line["exception"] = _encodable(record.exc_text)
        if record.stack_info:
            line["stack"] = _encodable(self.formatStack(record.stack_info))
        for name, value in self._fields.items():
            line[_field_name(name)] = plain(value)
        for name, value in access_fields(record).items():
            line[name] = plain(value)
        for name, value in vars(record).items():
            if name not in _STANDARD:
                line[_field_name(name)] = plain(value)
        return _encode(line)

    def formatTime(  # noqa: N802 - the name comes from the base class
        self, record: logging.LogRecord, datefmt: str | None = None
    ) -> str:
        """Return the time at which the record was made.

        :param datefmt: not used: the format is fixed.
        """
        seconds, microseconds = divmod(round(record.created * 1_000_000), 1_000_000)
        text = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
        return f"{text}.{microseconds:06d}Z"


def plain(value: object, inside: tuple[int, ...] = ()) -> Any:
    """Return the value that comes closest to a given one among those that JSON has.

    :param inside: the ids of the structures around the value.
    """
    try:
        return _plain(value, inside)
    except Exception:  # noqa: BLE001 - the methods of any class may raise anything
        return safe_repr(value)


def _plain(value: object, inside: tuple[int, ...]) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _encodable(value)
    if isinstance(value, int):
        # Python does not write thousands of decimal digits, and few readers keep more than 64 bits.
        return value if value.bit_length() <= 64 else hex(value)
    if isinstance(value, float):
        return value if isfinite(value) else str(value)
    if isinstance(value, (bytes, bytearray)):
        return value.decode("utf-8", "backslashreplace")
    if isinstance(value, (dict, list, tuple, set, frozenset)):
        if len(inside) == _MAX_DEPTH or id(value) in inside:
            return f"<{type(value).__name__}>"
        return _plain_structure(value, (*inside, id(value)))
    return _encodable(str(value))


def _plain_structure(
    value: dict[Any, Any] | list[Any] | tuple[Any, ...] | set[Any] | frozenset[Any],
    inside: tuple[int, ...],
) -> Any:
    if isinstance(value, dict):
        return {str(plain(key, inside)): plain(item, inside) for key, item in value.items()}
    return [plain(item, inside) for item in value]


def _encodable(text: str) -> str:
    """Escape halves of surrogate pairs, which strict readers of JSON refuse."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def _field_name(name: object) -> str:
    text = _encodable(str(name))
    return text + "_" if text in _KEYS else text
