"""Messages in, frames out."""

from __future__ import annotations

import sys
from os import urandom

from .._errors import MisuseError
from ._frames import (
    BINARY,
    CLOSE,
    FIN,
    MASK,
    MAX_CLOSE_REASON,
    MAX_CONTROL_PAYLOAD,
    PING,
    PONG,
    RSV1,
    TEXT,
    is_sendable,
)
from ._masking import mask

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    from ._deflate import Deflater

    Message: TypeAlias = str | bytes | bytearray | memoryview
    #: The bytes of a frame, which may be in two pieces; see `Sender.split_from`.
    Frame: TypeAlias = bytes | tuple[bytes, bytes]

#: The heads of short frames that are not masked, by payload length.
_SHORT_TEXT = [bytes((FIN | TEXT, length)) for length in range(126)]
_SHORT_BINARY = [bytes((FIN | BINARY, length)) for length in range(126)]

#: Messages below this size are not compressed: deflate's overhead takes what it would save.
MIN_COMPRESSED_SIZE = 16


def head(first: int, length: int, mask_bit: int = 0) -> bytes:
    """Return the head of a frame without its key (RFC 6455 section 5.2).

    :param first: the first byte: the opcode and its flags.
    :param length: of the payload, in bytes.
    :param mask_bit: 128 for a frame that a key follows.
    """
    if length < 126:
        return bytes((first, mask_bit | length))
    if length < 65536:
        return bytes((first, mask_bit | 126)) + length.to_bytes(2, "big")
    return bytes((first, mask_bit | 127)) + length.to_bytes(8, "big")


def payload_of(message: Message) -> bytes:
    """Return the bytes of a message.

    :raises TypeError: it is neither text nor bytes.
    """
    if isinstance(message, str):
        return message.encode()
    if isinstance(message, (bytes, bytearray, memoryview)):
        return bytes(message)
    raise TypeError(f"a message is str or bytes, not {type(message).__name__}")


class Sender:
    """A maker of the frames that this side sends. Each message is one frame.

    :param is_client: this side is a client, which masks (RFC 6455 section 5.3).
    :param deflater: for messages to be compressed; None if compression was not agreed on.
    """

    __slots__ = ("deflater", "is_client", "split_from")

    def __init__(self, *, is_client: bool, deflater: Deflater | None = None) -> None:
        self.is_client = is_client
        self.deflater = deflater
        #: From this payload on, in bytes, `text` and `binary` return a frame as two pieces, so that a
        #: program that sends several buffers at once need not copy the payload.
        self.split_from = sys.maxsize

    def text(self, message: Message) -> Frame:
        """Return the frame of a text message; bytes have to be UTF-8."""
        payload = message.encode() if type(message) is str else payload_of(message)
        if self.deflater is None and not self.is_client and len(payload) < 126:
            return _SHORT_TEXT[len(payload)] + payload
        return self._data_frame(FIN | TEXT, payload)

    def binary(self, message: Message) -> Frame:
        """Return the frame of a binary message."""
        payload = message if type(message) is bytes else payload_of(message)
        if self.deflater is None and not self.is_client and len(payload) < 126:
            return _SHORT_BINARY[len(payload)] + payload
        return self._data_frame(FIN | BINARY, payload)

    def ping(self, data: bytes) -> bytes:
        """Return a ping (RFC 6455 section 5.5.2)."""
        return self._control_frame(PING, data)

    def pong(self, data: bytes) -> bytes:
        """Return a pong (RFC 6455 section 5.5.3)."""
        return self._control_frame(PONG, data)

    def close(self, code: int | None, reason: str | None) -> bytes:
        """Return a close frame (RFC 6455 section 5.5.1).

        :raises MisuseError: no close frame carries this code, or the reason is too long.
        """
        if code is None:
            if reason:
                raise MisuseError("a close frame with a reason needs a code")
            return self._control_frame(CLOSE, b"")
        if not is_sendable(code):
            raise MisuseError(
                f"{code} is not a close code that can be sent: use 1000, 1001 or one of 3000 to 4999"
            )
        text = (reason or "").encode()
        if len(text) > MAX_CLOSE_REASON:
            raise MisuseError(
                f"the reason of a close frame has {len(text)} bytes, at most {MAX_CLOSE_REASON} fit"
            )
        return self._control_frame(CLOSE, code.to_bytes(2, "big") + text)

    def _control_frame(self, opcode: int, data: bytes) -> bytes:
        if len(data) > MAX_CONTROL_PAYLOAD:
            raise MisuseError(
                f"a control frame holds at most {MAX_CONTROL_PAYLOAD} bytes, not {len(data)}"
            )
        return self.frame(FIN | opcode, data)

    def _data_frame(self, first: int, payload: bytes) -> Frame:
        deflater = self.deflater
        if (
            deflater is not None
            and len(payload) >= MIN_COMPRESSED_SIZE
            and deflater.can_compress(len(payload))
        ):
            first, payload = first | RSV1, deflater.compress(payload)
        if len(payload) < self.split_from:
            return self.frame(first, payload)
        if not self.is_client:
            return head(first, len(payload)), payload
        key = urandom(4)  # see `frame`
        return head(first, len(payload), MASK) + key, mask(key, payload)

    def frame(self, first: int, payload: bytes) -> bytes:
        """Return a frame with this payload, masked if this side is a client.

        :param first: the first byte of the frame: the opcode and its flags.
        """
        if not self.is_client:
            return head(first, len(payload)) + payload
        key = urandom(4)  # a fresh one for each frame, not to be foreseen (section 10.3)
        return b"".join((head(first, len(payload), MASK), key, mask(key, payload)))
