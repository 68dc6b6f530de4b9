"""Which part of a file a request asks for (RFC 9110 sections 13.1.5 and 14)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tornado.httputil import parse_request_range

from .._input._http_dates import parse_date

if TYPE_CHECKING:
    from datetime import datetime

    from tornado.httputil import HTTPHeaders


class Slice(NamedTuple):
    """Some bytes of a file: from `start` up to the one before `end`."""

    start: int
    end: int


class UnsatisfiableRangeError(Exception):
    """The range that is asked for holds no byte of the file: 416."""


def requested_slice(
    headers: HTTPHeaders, size: int, etag: str | None, modified: datetime | None
) -> Slice | None:
    """Read ``Range`` and ``If-Range``.

    :return: ``None`` if the whole file is to be sent: nothing else was asked for, or not in a way
        that is served, or the range covers all of it, or the file is another one by now.
    :raises UnsatisfiableRangeError: the range holds no byte of the file.
    """
    field = headers.get("Range")
    bounds = None if field is None else parse_request_range(field)
    if bounds is None or not _is_current(headers.get("If-Range"), etag, modified):
        return None
    first, behind = bounds
    start = 0 if first is None else first if first >= 0 else max(size + first, 0)
    end = size if behind is None else min(behind, size)
    if end <= start:
        raise UnsatisfiableRangeError(f"{field!r} of {size} bytes")
    return None if end - start == size else Slice(start, end)


def _is_current(validator: str | None, etag: str | None, modified: datetime | None) -> bool:
    """Tell whether a client holds pieces of the same file; weak validators cannot say so."""
    if validator is None:
        return True
    if validator.startswith(('"', "W/")):
        return validator == etag and not validator.startswith("W/")
    return modified is not None and parse_date(validator) == modified
