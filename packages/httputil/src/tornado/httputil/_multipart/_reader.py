"""A multipart body as it arrives: bytes in, events out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NoReturn, Self

from tornado.util import shortened

from .._errors import MultipartError
from .._fields._parameters import parse_header
from ._events import MultipartEnd, MultipartEvent, PartBegin, PartData, PartEnd
from ._head import parse_part_head
from ._limits import MultipartLimits
from ._state import TRANSITIONS, Event, State

if TYPE_CHECKING:
    from collections.abc import Callable

    _Step = Callable[["MultipartReader", bytes, int, list[MultipartEvent]], int]

# boundary = 0*69bchars bcharsnospace. Clients use more characters than the ones RFC 2046 names, so
# any printable one may stand here.
_boundary = re.compile(rb"[\x20-\x7e]{0,69}[\x21-\x7e]").fullmatch

_PART_END = PartEnd()
_END = MultipartEnd()

# What may follow a boundary: the dashes of the last one, or padding and a line end. The second
# pattern is every beginning of the first that is not complete yet.
_after_boundary = re.compile(rb"--|[ \t]{0,64}\r\n").match
_maybe_after_boundary = re.compile(rb"-?|[ \t]{0,64}\r?").fullmatch


class MultipartReader:
    r"""A reader of a ``multipart/form-data`` body that arrives piece by piece.

    >>> reader = MultipartReader("xyz")
    >>> for event in reader.receive(
    ...     b'--xyz\r\nContent-Disposition: form-data; name="a"\r\n\r\nhello\r\n--xyz--\r\n'
    ... ):
    ...     print(type(event).__name__, getattr(event, "data", b""))
    PartBegin b''
    PartData b'hello'
    PartEnd b''
    MultipartEnd b''
    >>> reader.close()

    For each part there is a :class:`PartBegin`, any number of :class:`PartData` and a
    :class:`PartEnd`; :class:`MultipartEnd` follows the last part. The reader uses neither a socket nor
    a file. How the body was cut into pieces only changes where the data is cut. Time is linear in the size of the body, and what the
    reader holds back is bounded by ``limits.max_part_header_size``.

    :param boundary: the ``boundary`` parameter of the body's ``Content-Type``, at most 70 printable
        characters of ASCII (RFC 2046 section 5.1.1), without quotes.
    :param limits: the limits of the body.
    :raises MultipartError: the boundary is impossible.

    .. versionadded:: 1.0
    """

    def __init__(self, boundary: bytes | str, limits: MultipartLimits | None = None) -> None:
        octets = boundary.encode("utf-8") if isinstance(boundary, str) else bytes(boundary)
        if _boundary(octets) is None:
            raise MultipartError(
                f"bad multipart boundary {shortened(octets)}, 1 to 70 printable characters are allowed"
            )
        #: The limits of the body.
        self.limits = limits or MultipartLimits()
        #: How many bytes came in.
        self.bytes_received = 0
        #: How many parts began.
        self.parts_seen = 0
        self._opening = b"--" + octets
        self._delimiter = b"\r\n" + self._opening
        self._state = State.PREAMBLE
        self._held = b"\r\n"  # the line end that every delimiter begins with, see _state
        self._scanned = 0  # how much of what is held has been searched already, in HEAD
        self._line_end_left = 2  # how much of that line end comes before the content
        self._part_size = -2
        self._part_limit: int | None = None
        self._limited: tuple[str, int | None] = "part", None  # what that limit is of
        self._is_file = False
        self._fields_size = 0

    @classmethod
    def from_content_type(cls, content_type: str, limits: MultipartLimits | None = None) -> Self:
        """Make a reader for a request's ``Content-Type``.

        :raises MultipartError: it is not ``multipart/form-data`` with a boundary.
        """
        return cls(boundary_of(content_type), limits)

    @property
    def is_complete(self) -> bool:
        """Whether the last boundary was seen."""
        return self._state is State.EPILOGUE

    def receive(self, data: bytes | bytearray | memoryview) -> list[MultipartEvent]:
        """Take the next piece of the body and return what it completes.

        :raises MultipartError: the body is malformed or crosses a limit; the reader accepts
            nothing after that.
        """
        if self._state is State.FAILED:
            raise MultipartError("this multipart body failed already")
        if not isinstance(data, bytes):
            data = bytes(data)
        self.bytes_received += len(data)
        most = self.limits.max_total_size
        if most is not None and self.bytes_received > most:
            self._take(data[: most - self.bytes_received])  # an earlier error comes first
            self._fail(f"multipart body of more than {most} bytes", status=413)
        return self._take(data)

    def _take(self, data: bytes) -> list[MultipartEvent]:
        events: list[MultipartEvent] = []
        at = 0
        if (
            self._state is State.PREAMBLE
            and self._held == b"\r\n"
            and data.startswith(self._opening)
        ):
            buffer, at = data, len(self._opening)  # spares the first piece a copy
            self._move(Event.BOUNDARY)
        else:
            buffer = self._held + data if self._held else data
        state = None
        while state is not self._state:
            state = self._state
            at = _STEPS[state](self, buffer, at, events)
        self._held = buffer[at:] if at < len(buffer) else b""
        return events

    def close(self) -> None:
        """End the body: no more will come.

        :raises MultipartError: the last boundary was not seen.
        """
        if self._state is State.FAILED:
            raise MultipartError("this multipart body failed already")
        if not self.is_complete:
            self._fail(
                f"Invalid multipart/form-data: no final boundary found, the body ends in its {self._state.value}"
            )

    # One step each: read on from an offset, return the offset of what is left.

    def _read_preamble(self, buffer: bytes, at: int, events: list[MultipartEvent]) -> int:
        found = buffer.find(self._delimiter, at)
        end = found if found >= 0 else self._tail(buffer, at)
        self._part_size += end - at
        if self._part_size > self.limits.max_preamble_size:
            self._fail("multipart body does not begin with its boundary")
        if found < 0:
            return end
        self._move(Event.BOUNDARY)
        return found + len(self._delimiter)

    def _read_delimiter(self, buffer: bytes, at: int, events: list[MultipartEvent]) -> int:
        match = _after_boundary(buffer, at)
        if match is None:
            if _maybe_after_boundary(buffer, at) is None:
                self._fail("multipart boundary is followed by neither a line end nor two dashes")
            return at
        if match[0] == b"--":
            self._move(Event.DASHES)
            events.append(_END)
            return match.end()
        self.parts_seen += 1
        if self.parts_seen > self.limits.max_parts:
            self._fail(
                f"multipart/form-data has too many parts, {self.limits.max_parts} are allowed",
                status=413,
            )
        self._move(Event.LINE_END)
        self._scanned = 0
        return match.end()

    def _read_head(self, buffer: bytes, at: int, events: list[MultipartEvent]) -> int:
        if buffer.startswith(b"\r\n", at):
            self._fail("multipart/form-data missing headers")
        end = buffer.find(b"\r\n\r\n", at + self._scanned)
        most = self.limits.max_part_header_size
        size = len(buffer) - at - 3 if end < 0 else end - at
        if size > most:
            self._fail(
                f"multipart/form-data part header too large, {most} bytes are allowed", status=431
            )
        if end < 0:
            self._scanned = max(size, 0)
            return at
        try:
            part = parse_part_head(buffer[at:end], self.limits)
        except MultipartError:
            self._move(Event.FAULT)
            raise
        self._begin(part)
        events.append(part)
        return end + 2

    def _begin(self, part: PartBegin) -> None:
        limits = self.limits
        self._is_file = bool(part.filename)
        self._part_limit = limits.max_file_size if self._is_file else limits.max_field_size
        self._limited = "part", self._part_limit
        if not self._is_file and limits.max_fields_size is not None:
            left = limits.max_fields_size - self._fields_size
            if self._part_limit is None or left < self._part_limit:
                self._part_limit = left
                self._limited = "fields", limits.max_fields_size
        self._part_size = 0
        self._line_end_left = 2
        self._move(Event.EMPTY_LINE)

    def _read_body(self, buffer: bytes, at: int, events: list[MultipartEvent]) -> int:
        found = buffer.find(self._delimiter, at)
        end = found if found >= 0 else self._tail(buffer, at)
        if end > at:
            start = at + self._line_end_left
            self._line_end_left = 0
            self._append_data(buffer, start, end, events)
        if found < 0:
            return end
        if not self._is_file:
            self._fields_size += self._part_size
        events.append(_PART_END)
        self._move(Event.BOUNDARY)
        return found + len(self._delimiter)

    def _append_data(
        self, buffer: bytes, start: int, end: int, events: list[MultipartEvent]
    ) -> None:
        self._part_size += end - start
        if self._part_limit is not None and self._part_size > self._part_limit:
            what, most = self._limited
            self._fail(f"multipart {what} of more than {most} bytes", status=413)
        if start < end:
            events.append(PartData(buffer[start:end]))

    def _read_epilogue(self, buffer: bytes, at: int, events: list[MultipartEvent]) -> int:
        return len(buffer)

    def _tail(self, buffer: bytes, at: int) -> int:
        """Return where a delimiter may begin that is not complete in the buffer."""
        first = buffer.find(b"\r", max(at, len(buffer) - len(self._delimiter) + 1))
        return len(buffer) if first < 0 else first

    def _move(self, event: Event) -> None:
        self._state = TRANSITIONS[self._state, event]

    def _fail(self, message: str, *, status: int = 400) -> NoReturn:
        self._move(Event.FAULT)
        raise MultipartError(message, status=status)


_STEPS: dict[State, _Step] = {
    State.PREAMBLE: MultipartReader._read_preamble,
    State.DELIMITER: MultipartReader._read_delimiter,
    State.HEAD: MultipartReader._read_head,
    State.BODY: MultipartReader._read_body,
    State.EPILOGUE: MultipartReader._read_epilogue,
}


def boundary_of(content_type: str) -> str:
    """Return the boundary that a ``Content-Type`` names.

    :raises MultipartError: it is not ``multipart/form-data``, or names none.
    """
    kind, parameters = parse_header(content_type)
    if kind.lower() != "multipart/form-data":
        raise MultipartError(f"Content-Type {shortened(content_type)} is not 'multipart/form-data'")
    boundary = parameters.get("boundary")
    if not boundary:
        raise MultipartError(
            f"multipart boundary not found in Content-Type {shortened(content_type)}"
        )
    return boundary
