"""Lines of a log for machines to read: one JSON object for each record."""

from __future__ import annotations

import logging
import time
from json import JSONEncoder
from math import isfinite

from ._access import access_fields
from ._message import message_of, show

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

#: What every record has; anything else in it was passed by the program as ``extra``.
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {
    "asctime",
    "color",
    "end_color",
    "message",
    "taskName",
}
_OWN = frozenset({"time", "level", "logger", "message", "source", "exception", "stack"})
_DEEPEST = 8

# ASCII alone: no encoding, terminal or log shipper can take a character for the end of a line.
_encode = JSONEncoder(ensure_ascii=True, allow_nan=False, separators=(", ", ": ")).encode


class JSONLogFormatter(logging.Formatter):
    """Format a record as one line of JSON.

    ============= ==========================================================================
    ``time``      when the record was made: ISO 8601, UTC, microseconds
    ``level``     the name of its level
    ``logger``    the name of its logger
    ``message``   its message with the arguments filled in
    ``source``    module and line, where asked for
    ``exception`` the traceback as text, where the record has one
    ``stack``     the stack as text, where the record has one
    others        the ``fields`` of the formatter, and what the program passed in ``extra=``
    ============= ==========================================================================

    Lines of the access log have ``status``, ``method``, ``uri``, ``remote_ip`` and
    ``milliseconds``, too.

    The keys come in this order. A field of the program that is named like one of them gets an
    underscore at its end. No value raises: numbers, text, lists and dictionaries stay what they
    are, everything else is shown as text.

    :param fields: written into every line, such as the name of the service.
    :param source: write the ``source`` key.

    .. versionadded:: 1.0
    """

    __module__ = "tornado.log"  # also where nobody has asked the face for it

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

    def formatTime(  # noqa: N802 - the name is the base class's
        self, record: logging.LogRecord, datefmt: str | None = None
    ) -> str:
        """Return when the record was made.

        :param datefmt: not used: the form of the time is fixed.
        """
        seconds, microseconds = divmod(round(record.created * 1_000_000), 1_000_000)
        text = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
        return f"{text}.{microseconds:06d}Z"


def plain(value: object, inside: tuple[int, ...] = ()) -> Any:
    """Return a value made of what JSON has, as close to the given one as that allows.

    :param inside: the ids of the structures that hold the value.
    """
    try:
        return _plain(value, inside)
    except Exception:  # noqa: BLE001 - foreign classes may raise anything while they are read
        return show(value)


def _plain(value: object, inside: tuple[int, ...]) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _encodable(value)
    if isinstance(value, int):
        # Python writes no decimal number of thousands of digits, and few readers keep more bits.
        return value if value.bit_length() <= 64 else hex(value)
    if isinstance(value, float):
        return value if isfinite(value) else str(value)
    if isinstance(value, (bytes, bytearray)):
        return value.decode("utf-8", "backslashreplace")
    if isinstance(value, (dict, list, tuple, set, frozenset)):
        if len(inside) == _DEEPEST or id(value) in inside:
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
    """Return text without halves of surrogate pairs, which strict readers of JSON refuse."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def _field_name(name: object) -> str:
    text = _encodable(str(name))
    return text + "_" if text in _OWN else text
