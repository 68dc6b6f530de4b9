"""Which part of a file answers a request (RFC 9110 sections 13.1.5 and 14).

Nothing here reads a file or sends anything: a request and the facts about a file give a plan.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tornado.httputil import parse_request_range

from .._input._http_dates import parse_date

if TYPE_CHECKING:
    from datetime import datetime

    from tornado.httputil import HTTPHeaders


class Slice(NamedTuple):
    """Some bytes of a file: from `start` to the one before `end`."""

    start: int
    end: int


class Plan(NamedTuple):
    """What is sent of a file."""

    status: int
    #: Which bytes; ``None`` if the response has no content of the file.
    part: Slice | None
    #: The size of the whole file, in bytes.
    size: int

    @property
    def content_range(self) -> str | None:
        """The value for ``Content-Range``, ``None`` if the response has no such field."""
        if self.status == 206 and self.part is not None:
            return f"bytes {self.part.start}-{self.part.end - 1}/{self.size}"
        return f"bytes */{self.size}" if self.status == 416 else None


#: The client already has the file.
UNMODIFIED = Plan(304, None, 0)


def plan_part(
    method: str, fields: HTTPHeaders, size: int, etag: str | None, modified: datetime | None
) -> Plan:
    """Decide by ``Range`` and ``If-Range`` which part of a file is sent.

    It is the whole file if nothing else is requested or the range is written in a way that is not
    served, if the range covers all of it, and if the client has parts of another version.

    :param fields: the header fields of the request.
    :param size: that of the file, in bytes.
    """
    whole = Plan(200, Slice(0, size), size)
    field = fields.get("Range") if method == "GET" else None
    bounds = None if field is None else parse_request_range(field)
    if bounds is None or not _is_current(fields.get("If-Range"), etag, modified):
        return whole
    part = _clip(*bounds, size)
    if part == whole.part and size:
        return whole
    if part.end <= part.start:
        return Plan(416, None, size)
    return Plan(206, part, size)


def _clip(first: int | None, after: int | None, size: int) -> Slice:
    """Return the bytes of a file within the bounds of a range."""
    start = 0 if first is None else first if first >= 0 else max(size + first, 0)
    return Slice(start, size if after is None else min(after, size))


def _is_current(validator: str | None, etag: str | None, modified: datetime | None) -> bool:
    """Tell whether a client has parts of the same file; a weak validator does not prove it."""
    if validator is None:
        return True
    if validator.startswith(('"', "W/")):
        return validator == etag and not validator.startswith("W/")
    return modified is not None and parse_date(validator) == modified
