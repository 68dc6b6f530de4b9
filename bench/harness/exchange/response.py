"""Read one HTTP/1.1 response out of bytes, strictly enough to compare contestants.

This is for the few exchanges before a measurement. While it measures, the loader only counts
bytes: by then the length of the response is known.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bench.harness.errors import ResponseError

# RFC 9112 section 4: status-line = HTTP-version SP status-code SP [ reason-phrase ]
_STATUS_LINE = re.compile(rb"HTTP/1\.1 ([1-5][0-9]{2}) ?[^\x00-\x08\x0a-\x1f]*")
# RFC 9112 section 5: field-line = field-name ":" OWS field-value OWS
_FIELD_LINE = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*")
# RFC 9112 section 7.1: chunk-size is hexadecimal, extensions are of no interest here
_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;.*)?")


@dataclass(frozen=True)
class Response:
    """One complete response."""

    status: int
    #: Names in lower case, in the order of the wire.
    fields: tuple[tuple[str, str], ...]
    body: bytes
    #: The bytes of the status line and the fields with the empty line.
    head_size: int
    #: The bytes of the whole response, framing included.
    size: int

    def field(self, name: str) -> str | None:
        """Return the value of a field by its name in lower case, None without one."""
        for key, value in self.fields:
            if key == name:
                return value
        return None


def parse_response(data: bytes) -> Response | None:
    """Read the response at the start of `data`; None if it is not complete yet.

    :raises ResponseError: if the bytes cannot become a response with a length of its own.
    """
    end = data.find(b"\r\n\r\n")
    if end < 0:
        return None
    status, fields = _parse_head(data[:end])
    head_size = end + 4
    found = dict(fields)
    if found.get("transfer-encoding", "").lower() == "chunked":
        chunked = _parse_chunks(data, head_size)
        if chunked is None:
            return None
        body, size = chunked
        return Response(status, fields, body, head_size, size)
    length = 0 if status in {204, 304} else _parse_length(found.get("content-length"))
    size = head_size + length
    if len(data) < size:
        return None
    return Response(status, fields, data[head_size:size], head_size, size)


def _parse_head(head: bytes) -> tuple[int, tuple[tuple[str, str], ...]]:
    first, *lines = head.split(b"\r\n")
    status = _STATUS_LINE.fullmatch(first)
    if not status:
        raise ResponseError(f"not a status line: {first[:80]!r}")
    fields = []
    for line in lines:
        field = _FIELD_LINE.fullmatch(line)
        if not field:
            raise ResponseError(f"not a field line: {line[:80]!r}")
        fields.append((field[1].decode("ascii").lower(), field[2].decode("latin-1")))
    return int(status[1]), tuple(fields)


def _parse_length(value: str | None) -> int:
    if value is None:
        raise ResponseError("a response without content-length and without chunks has no end")
    if not (value.isascii() and value.isdigit()):
        raise ResponseError(f"not a content-length: {value[:80]!r}")
    return int(value)


def _parse_chunks(data: bytes, place: int) -> tuple[bytes, int] | None:
    """Return the joined chunks and where they end; None if the last one is not there yet."""
    pieces: list[bytes] = []
    while True:
        end = data.find(b"\r\n", place)
        if end < 0:
            return None
        size = _CHUNK_SIZE.fullmatch(data[place:end])
        if not size:
            raise ResponseError(f"not a chunk size: {data[place : min(end, place + 80)]!r}")
        length = int(size[1], 16)
        start, stop = end + 2, end + 2 + length
        if len(data) < stop + 2:
            return None
        if data[stop : stop + 2] != b"\r\n":
            raise ResponseError(f"a chunk of {length} bytes does not end where it says")
        if not length:
            return b"".join(pieces), stop + 2
        pieces.append(data[start:stop])
        place = stop + 2
