"""A message that comes in pieces."""

from __future__ import annotations

import codecs
import io

from .._errors import PeerError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._deflate import Inflater

_new_decoder = codecs.getincrementaldecoder("utf-8")


def decode(payload: bytes) -> str:
    """Return the text of a payload.

    :raises PeerError: with 1007, if it is not UTF-8 (RFC 6455 section 8.1).
    """
    try:
        return str(payload, "utf-8")
    except UnicodeDecodeError as error:
        raise PeerError(f"a text message is not UTF-8: {error.reason}", code=1007) from None


class IncomingMessage:
    """A message under way: what has come of it, checked as it comes.

    :param is_text: it is text, whose UTF-8 is checked piece by piece.
    :param inflater: what decompresses it; None for a message that is not compressed.
    :param limit: how large it may become, in bytes.
    """

    __slots__ = ("_binary", "_decoder", "_inflater", "_is_text", "_limit", "_size", "_text")

    def __init__(self, *, is_text: bool, inflater: Inflater | None, limit: int) -> None:
        self._is_text = is_text
        self._inflater = inflater
        self._limit = limit
        self._size = 0  # of what has come, after decompression
        # These take many small pieces in little memory.
        self._binary: io.BytesIO | None = None
        self._text: io.StringIO | None = None
        self._decoder: codecs.IncrementalDecoder | None = None

    def allows(self, length: int) -> bool:
        """Return true if a frame of this length fits under the limit.

        Compressed data can be slightly longer than what it holds: deflate's stored blocks add five
        bytes to each few kilobytes (RFC 1951 section 3.2.4).
        """
        room = self._limit - self._size
        return length <= room or (self._inflater is not None and length <= room + (room >> 8) + 64)

    def add(self, piece: bytes, *, final: bool) -> str | bytes | None:
        """Take an unmasked piece of the payload; with the last one, return the message.

        :raises PeerError: the message is too large (1009), is not UTF-8 or cannot be inflated
            (1007).
        """
        if self._inflater is not None:
            piece = self._inflater.inflate(piece, self._limit - self._size, final=final)
        self._size += len(piece)
        if final and self._binary is None and self._text is None:  # it came in one piece
            return decode(piece) if self._is_text else piece
        if self._is_text:
            return self._add_text(piece, final)
        if self._binary is None:
            self._binary = io.BytesIO()
        self._binary.write(piece)
        return self._binary.getvalue() if final else None

    def _add_text(self, piece: bytes, final: bool) -> str | None:
        if self._text is None or self._decoder is None:
            self._text, self._decoder = io.StringIO(newline=""), _new_decoder()
        try:
            self._text.write(self._decoder.decode(piece, final))
        except UnicodeDecodeError as error:
            raise PeerError(f"a text message is not UTF-8: {error.reason}", code=1007) from None
        return self._text.getvalue() if final else None
