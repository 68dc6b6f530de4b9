"""Byte ranges: RFC 9110 section 14.

::

    ranges-specifier = range-unit "=" range-set
    int-range        = first-pos "-" [ last-pos ]
    suffix-range     = "-" suffix-length
"""

from __future__ import annotations

import re

# Only one range: several in one request cost the server more than they give the client, and a
# server may ignore the field (RFC 9110 section 14.2). 100 digits reach past any file. A start without
# a dash is not a range of the RFC; it is read as `first-`, because servers in the field answer it so.
# Units ignore case (RFC 9110 section 14.1).
# The quantifiers are possessive, or a row of blanks would be split between two of them in every way.
_one_range = re.compile(
    r"(?i:bytes)[ \t]*+=[ \t]*+([0-9]{0,100}+)[ \t]*+(?:-[ \t]*+([0-9]{0,100}+)[ \t]*+)?"
).fullmatch


def parse_request_range(range_header: str) -> tuple[int | None, int | None] | None:
    """Read a ``Range`` field into the bounds of a slice: first byte, and the one after the last.

    >>> parse_request_range("bytes=1-2")
    (1, 3)
    >>> parse_request_range("bytes=6-")
    (6, None)
    >>> parse_request_range("bytes=-6")
    (-6, None)
    >>> parse_request_range("bytes=-0")
    (None, 0)

    The bounds are not compared with each other nor with any size: a server answers 416 where
    they hold no byte.

    :returns: None for what cannot be served as one range, so that the field is ignored: several
        ranges, other units, numbers of more than 100 digits, no number.
    """
    match = _one_range(range_header)
    if match is None:
        return None
    first, last = match.groups()
    if first:
        return int(first), int(last) + 1 if last else None
    if not last:
        return None
    length = int(last)
    return (-length, None) if length else (None, 0)


def content_range(start: int | None, end: int | None, total: int) -> str:
    """Return a ``Content-Range`` field for the bounds of a slice.

    >>> content_range(None, 1, 4)
    'bytes 0-0/4'
    """
    first = start or 0
    last = (total if end is None else end) - 1
    return f"bytes {first}-{last}/{total}"
