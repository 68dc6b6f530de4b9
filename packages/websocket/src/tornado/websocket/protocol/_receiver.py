"""Bytes in, events out.

Theory of operation
===================

A receiver reads frames (RFC 6455 section 5.2) from bytes that were cut anywhere. What it holds
between two calls is one of three things (`ReceiverState`)::

    BETWEEN_FRAMES   less than the head of a frame, or less than a whole control frame
    IN_PAYLOAD       a data frame has begun; so much of its payload is still missing
    ENDED            a close frame has come, or the peer broke the protocol; nothing more is read

Beside it there is a message under way, from the first of its frames to the last; control frames may
come between them.

Nothing is buffered before its size is checked. The head of a frame tells its length, and a message
that would be too large is refused there. A control frame is short, so it waits until it is whole.
The payload of a data frame is unmasked, inflated, checked and kept piece by piece as it comes.

Most frames are whole, and a message each. They take a path of their own at the head of
`Receiver.receive`, which makes no object but the message. Where a call brings exactly one of them,
`Receiver.whole_message` reads it without a list of events; it leaves everything else, faults
included, to `Receiver.receive`.
"""

from __future__ import annotations

from enum import Enum, auto

from .._errors import PeerError
from ._events import Close, Event, Ping, Pong
from ._frames import (
    BINARY,
    CLOSE,
    CONTINUATION,
    FIN,
    MAX_CONTROL_PAYLOAD,
    PING,
    PONG,
    RSV1,
    RSV2,
    RSV3,
    TEXT,
    is_sendable,
)
from ._incoming import IncomingMessage, decode
from ._masking import mask, mask_part, rotated

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._deflate import Inflater

_WHOLE_TEXT = FIN | TEXT
_WHOLE_BINARY = FIN | BINARY
_WHOLE_CLOSE = FIN | CLOSE


class ReceiverState(Enum):
    """Where a receiver stands between two calls; see the theory of operation above."""

    BETWEEN_FRAMES = auto()
    IN_PAYLOAD = auto()
    ENDED = auto()


class Receiver:
    """A reader of what a peer sends.

    :param from_client: the peer is a client, which masks (RFC 6455 section 5.1); a server does not.
    :param max_message_size: how large a message may be, in bytes, after decompression.
    :param inflater: for compressed messages; None if compression was not agreed on.
    """

    __slots__ = (
        "_close_waits",
        "_from_client",
        "_inflater",
        "_is_last_frame",
        "_key",
        "_message",
        "_missing",
        "_position",
        "_rest",
        "close_comes_alone",
        "has_more",
        "max_message_size",
        "saw_control",
        "state",
    )

    def __init__(
        self, *, from_client: bool, max_message_size: int, inflater: Inflater | None = None
    ) -> None:
        self._from_client = from_client
        self._inflater = inflater
        self.max_message_size = max_message_size
        self.state = ReceiverState.BETWEEN_FRAMES
        #: A batch was full, or a close frame waits: `receive` gives more without new bytes.
        self.has_more = False
        #: A close frame waits for the next call of `receive` where anything came before it. So a
        #: program can answer these messages before the connection is closing.
        self.close_comes_alone = False
        #: Since this was set to false, `receive` has returned an event that is not a message.
        self.saw_control = False
        self._close_waits = False
        self._rest = b""  # what could not be read yet begins there at `_position`
        self._position = 0
        self._message: IncomingMessage | None = None  # the message under way
        self._missing = 0  # of the payload of the data frame under way
        self._is_last_frame = False  # that frame ends its message
        self._key = b""  # of that frame, rotated to the next byte; empty if it is not masked

    def receive(self, data: bytes, batch: int = 64) -> list[Event]:
        """Take bytes, return what they complete.

        :param data: what the peer sent; none to go on after a full batch.
        :param batch: after this many events the rest waits for the next call, so that a flood of
            tiny frames does not hold the caller up.
        :raises PeerError: the peer broke the protocol or a limit. `PeerError.events` has what came
            before the fault; later calls return nothing.
        """
        events: list[Event] = []
        position = 0
        if self._rest:
            if data:
                data = self._rest[self._position :] + data
            else:  # a flood of tiny frames is not copied for each batch
                data, position = self._rest, self._position
            self._rest = b""
        try:
            position = self._read(data, position, events, batch)
        except PeerError as error:
            self._end()
            error.events = events
            raise
        self.has_more = False
        if position < len(data) and self.state is not ReceiverState.ENDED:
            self.has_more = len(events) >= batch or self._close_waits
            if self.has_more:
                self._rest, self._position = data, position
            else:  # the little that came of a frame may stay for long
                self._rest, self._position = data[position:], 0
        return events

    def _end(self) -> None:
        self.state = ReceiverState.ENDED
        self._message = None
        self._missing = 0
        self.has_more = False

    def whole_message(self, data: bytes) -> str | bytes | None:
        """Return the message if ``data`` is exactly one frame that is a whole message.

        :returns: None for anything else, for `receive` to read. Nothing has changed then.
        :raises PeerError: the message is not UTF-8, or cannot be inflated within the limit.
        """
        end = len(data)
        if (
            end < 6
            or self._rest
            or self._message is not None
            or self.state is not ReceiverState.BETWEEN_FRAMES
        ):
            return None
        first = data[0]
        is_compressed = first & RSV1 and self._inflater is not None
        opcode = first - RSV1 if is_compressed else first
        if opcode not in (_WHOLE_TEXT, _WHOLE_BINARY):
            return None
        start, length = 2, data[1]
        if self._from_client:
            start, length = 6, length - 128  # below zero if it is not masked, and too short
        if length > 125:
            width = 2 if length == 126 else 8
            length = int.from_bytes(data[2 : 2 + width], "big")
            if length < (126 if width == 2 else 65536):
                return None
            start += width
        if start + length != end or length > self.max_message_size:
            return None
        if self._from_client:
            payload = mask_part(data[start - 4 : start], data, start, end)
        else:
            payload = data[start:]
        try:
            if is_compressed and self._inflater is not None:
                payload = self._inflater.inflate(payload, self.max_message_size, final=True)
            return decode(payload) if opcode == _WHOLE_TEXT else payload
        except PeerError:
            self._end()
            raise

    def _read(self, data: bytes, position: int, events: list[Event], batch: int) -> int:
        """Read frames; return where the first one begins that could not be read."""
        if self.state is not ReceiverState.BETWEEN_FRAMES:
            position = self._continue_payload(data, position, events)
        end = len(data)
        from_client = self._from_client
        limit = self.max_message_size
        while end - position > 1 and len(events) < batch:
            first = data[position]
            length = data[position + 1]
            start = position + 2
            if from_client:
                length -= 128
                if length < 0:
                    raise PeerError("a frame of a client is not masked")
            elif length > 127:
                raise PeerError("a frame of a server is masked")
            if length > 125:
                start += 2 if length == 126 else 8
                if start > end:
                    self._check_first_byte(first, length)
                    break
                length = _extended_length(length, data[position + 2 : start])
            if from_client:
                start += 4
            finish = start + length
            if (
                finish <= end
                and FIN < first <= _WHOLE_BINARY
                and self._message is None
                and length <= limit
            ):
                if from_client:
                    payload = mask_part(data[start - 4 : start], data, start, finish)
                else:
                    payload = data[start:finish]
                events.append(decode(payload) if first == _WHOLE_TEXT else payload)
                position = finish
                continue
            self._check_first_byte(first, length)
            if first & CLOSE:  # a control frame; it waits until it is whole
                if finish > end:
                    break
                if first == _WHOLE_CLOSE and events and self.close_comes_alone:
                    self._close_waits = True
                    break
                payload = data[start:finish]
                if from_client:
                    payload = mask(data[start - 4 : start], payload)
                position = finish
                event = _control_event(first & 0xF, payload)
                events.append(event)
                self.saw_control = True
                if type(event) is Close:
                    self._end()
                    return end
            else:
                message = self._message_for(first, length)
                if start > end:
                    break
                self._message = message
                self._missing = length
                self._is_last_frame = first & FIN != 0
                self._key = data[start - 4 : start] if from_client else b""
                self.state = ReceiverState.IN_PAYLOAD
                position = self._continue_payload(data, start, events)
        return position

    def _check_first_byte(self, first: int, length: int) -> None:
        """Check what the first byte of a frame says (RFC 6455 section 5.2).

        :param length: 126 or 127 for a length that is still to come.
        """
        opcode = first & 0xF
        if first & (RSV2 | RSV3):
            raise PeerError("a frame has reserved bits set")
        if first & RSV1 and (self._inflater is None or opcode not in (TEXT, BINARY)):
            raise PeerError("a frame is marked as compressed where that was not agreed on")
        if opcode in (CLOSE, PING, PONG):
            if not first & FIN:
                raise PeerError("a control frame is fragmented")
            if length > MAX_CONTROL_PAYLOAD:
                raise PeerError("a control frame is longer than 125 bytes")
        elif opcode == CONTINUATION:
            if self._message is None:
                raise PeerError("a continuation frame continues nothing")
        elif opcode not in (TEXT, BINARY):
            raise PeerError(f"a frame has the reserved opcode {opcode:#x}")
        elif self._message is not None:
            raise PeerError("a new message begins within another one")

    def _message_for(self, first: int, length: int) -> IncomingMessage:
        """Return the message that a data frame belongs to.

        :raises PeerError: with 1009, if the frame would make it too large.
        """
        message = self._message
        if message is None:
            message = IncomingMessage(
                is_text=first & 0xF == TEXT,
                inflater=self._inflater if first & RSV1 else None,
                limit=self.max_message_size,
            )
        if not message.allows(length):
            raise PeerError(f"a message is larger than {self.max_message_size} bytes", code=1009)
        return message

    def _continue_payload(self, data: bytes, position: int, events: list[Event]) -> int:
        """Take what has come of the data frame under way; return where that ends."""
        message = self._message
        if message is None:  # ended
            return len(data)
        end = min(len(data), position + self._missing)
        size = end - position
        self._missing -= size
        if self._key:
            piece = mask_part(self._key, data, position, end)
            self._key = rotated(self._key, size)
        else:
            piece = data[position:end]
        is_whole = self._missing == 0
        if piece or is_whole:
            result = message.add(piece, final=is_whole and self._is_last_frame)
            if result is not None:
                events.append(result)
                self._message = None
        if is_whole:
            self.state = ReceiverState.BETWEEN_FRAMES
        return end


def _extended_length(kind: int, field: bytes) -> int:
    """Return the length that stands after the second byte of a head (RFC 6455 section 5.2)."""
    length = int.from_bytes(field, "big")
    if length < 126 or (kind == 127 and length < 65536):
        raise PeerError("a frame's length is not in its shortest form")
    if length >> 63:
        raise PeerError("a frame's length has its highest bit set")
    return length


def _control_event(opcode: int, payload: bytes) -> Ping | Pong | Close:
    """Return the event of a whole control frame."""
    if opcode == PING:
        return Ping(payload)
    if opcode == PONG:
        return Pong(payload)
    if not payload:
        return Close(None, None)
    if len(payload) == 1:
        raise PeerError("the code of a close frame is cut off")
    code = int.from_bytes(payload[:2], "big")
    if not is_sendable(code):
        raise PeerError(f"a close frame has the code {code}, which is never sent")
    return Close(code, decode(payload[2:]))
