"""A message whose frames are made once for many connections."""

from __future__ import annotations

from ._frames import BINARY, FIN, RSV1, TEXT
from ._sender import MIN_COMPRESSED_SIZE, Sender, head, payload_of


class SharedFrames:
    """A message to be sent over many connections of a server.

    A frame that was compressed afresh refers to nothing before it, so every peer whose window is
    large enough can read it. A connection whose own compressor goes on from message to message
    begins anew after such a frame.

    :param message: the message.
    :param is_binary: it is sent as a binary message.
    """

    __slots__ = ("_by_parameters", "_first", "_payload", "_plain")

    def __init__(
        self, message: str | bytes | bytearray | memoryview, *, is_binary: bool = False
    ) -> None:
        self._payload = payload_of(message)
        self._first = FIN | (BINARY if is_binary else TEXT)
        self._plain: bytes | None = None
        self._by_parameters: dict[object, bytes] = {}

    @property
    def message(self) -> tuple[bytes, bool]:
        """The payload, and whether it is a binary message."""
        return self._payload, self._first == FIN | BINARY

    def frame_for(self, sender: Sender) -> bytes:
        """Return the bytes to send over a connection.

        A client masks each frame with a key of its own (RFC 6455 section 5.3), so a client's frame
        is shared with nobody.
        """
        if sender.is_client:
            return sender.frame(self._first, self._payload)
        deflater, size = sender.deflater, len(self._payload)
        if deflater is None or size < MIN_COMPRESSED_SIZE or not deflater.can_compress(size):
            if self._plain is None:
                self._plain = head(self._first, size) + self._payload
            return self._plain
        parameters = deflater.parameters_for(size)
        frame = self._by_parameters.get(parameters)
        if frame is None:
            compressed = deflater.compress_fresh(self._payload)
            frame = head(self._first | RSV1, len(compressed)) + compressed
            self._by_parameters[parameters] = frame
        deflater.forget()
        return frame
