"""Compressing and inflating messages (RFC 7692 section 7.2).

Where the agreement allows it, a (de)compressor exists only while a message is under way: an idle
connection then holds none, and so does a connection that has never had a compressed message. By zlib's
formulas a compressor of the full window takes 256 KiB and a decompressor 39 KiB.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

from .._errors import MisuseError, PeerError

#: What every compressed message ends with; it is not sent (RFC 7692 section 7.2.1).
_TAIL = b"\x00\x00\xff\xff"

#: zlib reads raw streams with a window of 8 bits, but cannot make them: its smallest window is 9.
_SMALLEST_WINDOW_BITS = 9

_MAX_WINDOW_BITS = 15

#: How many final blocks a message may have. Each one costs a new decompressor, and no compressor
#: that is known sends more than one (RFC 7692 section 7.2.3.4).
_MAX_FINAL_BLOCKS = 64


@dataclass(frozen=True, slots=True)
class Direction:
    """What was agreed on for one direction of a connection (RFC 7692 section 7.1).

    :ivar no_context_takeover: no message refers to an earlier one.
    :ivar max_window_bits: how far back references reach, as a power of two, from 8 to 15.
    """

    no_context_takeover: bool = True
    max_window_bits: int = _MAX_WINDOW_BITS


def _window_bits(direction: Direction, size: int) -> int:
    """Return the window for a message that refers to nothing before it.

    References never reach farther back than the message is long, so a short message needs a small
    window, which is quicker to make; every decompressor of a larger one reads it.
    """
    needed = max(_SMALLEST_WINDOW_BITS, size.bit_length())
    return min(direction.max_window_bits, needed)


def _new_compressor(bits: int, level: int, mem_level: int) -> zlib._Compress:
    return zlib.compressobj(level, zlib.DEFLATED, -bits, mem_level)


class Deflater:
    """A compressor of the messages that this side sends.

    :param direction: what was agreed on.
    :param level: zlib's compression level, 0 to 9, or -1 for its default.
    :param mem_level: how much memory a compressor takes, 1 to 9 (zlib: 2**(mem_level + 9) bytes
        for its tables).
    """

    __slots__ = ("_compressor", "_direction", "_level", "_mem_level")

    def __init__(self, direction: Direction, *, level: int = 6, mem_level: int = 8) -> None:
        if not -1 <= level <= 9:
            raise MisuseError(f"compression level {level} is not in the range from -1 to 9")
        if not 1 <= mem_level <= 9:
            raise MisuseError(f"memory level {mem_level} is not in the range from 1 to 9")
        self._direction = direction
        self._level = level
        self._mem_level = mem_level
        self._compressor: zlib._Compress | None = None

    def parameters_for(self, size: int) -> tuple[int, int, int]:
        """Return the window, level and memory with which `compress_fresh` takes so many bytes.

        Deflaters for which they are equal compress a message equally.
        """
        bits = max(_SMALLEST_WINDOW_BITS, _window_bits(self._direction, size))
        # A small input fills small tables; larger ones would only have to be cleared.
        return bits, self._level, min(self._mem_level, bits - 6)

    def can_compress(self, size: int) -> bool:
        """Return true if the window that was agreed on lets a message of ``size`` bytes be sent.

        With an agreed window of 256 bytes (8 bits) only messages that are not longer can be
        compressed, each by a compressor of its own, since zlib has no window as small.
        """
        return self._direction.max_window_bits >= _SMALLEST_WINDOW_BITS or size <= 256

    def compress(self, data: bytes) -> bytes:
        """Return the payload of a compressed message."""
        if self._direction.no_context_takeover:
            return self.compress_fresh(data)
        compressor = self._compressor
        if compressor is None:
            bits = self._direction.max_window_bits
            if bits < _SMALLEST_WINDOW_BITS:
                return self.compress_fresh(data)
            compressor = self._compressor = _new_compressor(bits, self._level, self._mem_level)
        return (compressor.compress(data) + compressor.flush(zlib.Z_SYNC_FLUSH))[:-4]

    def compress_fresh(self, data: bytes) -> bytes:
        """Return a compressed message that refers to no earlier one.

        Every connection whose window is at least as large can be sent the result. `forget` has to
        follow where the connection's own compressor goes on afterwards.
        """
        compressor = _new_compressor(*self.parameters_for(len(data)))
        return (compressor.compress(data) + compressor.flush(zlib.Z_SYNC_FLUSH))[:-4]

    def forget(self) -> None:
        """Let the next message refer to none of those before it."""
        self._compressor = None


class Inflater:
    """A decompressor of the messages that a peer sends.

    :param direction: what was agreed on for the peer's messages.
    """

    __slots__ = ("_decompressor", "_direction", "_final_blocks")

    def __init__(self, direction: Direction) -> None:
        self._direction = direction
        self._decompressor: zlib._Decompress | None = None
        self._final_blocks = 0

    def inflate(self, data: bytes, limit: int, *, final: bool) -> bytes:
        """Return what a piece of a compressed message holds.

        :param limit: how many bytes may come out of this piece.
        :param final: the message ends with this piece.
        :raises PeerError: with 1009 if more than ``limit`` bytes would come out (decompressing
            stops there), with 1007 if the data is not a deflate stream.
        """
        decompressor = self._decompressor
        if decompressor is None:
            decompressor = zlib.decompressobj(-self._direction.max_window_bits)
        if final:
            data += _TAIL
        try:
            # One byte more than allowed tells whether there is more; zero would mean "no limit".
            inflated = decompressor.decompress(data, limit + 1)
            if decompressor.eof:
                inflated, decompressor = self._after_final_block(decompressor, inflated, limit)
        except zlib.error as error:
            raise PeerError(f"cannot inflate a message: {error}", code=1007) from None
        if len(inflated) > limit:
            raise PeerError("a message is too large after decompression", code=1009)
        if not final:
            self._decompressor = decompressor
        else:
            self._final_blocks = 0
            self._decompressor = None if self._direction.no_context_takeover else decompressor
        return inflated

    def _after_final_block(
        self, decompressor: zlib._Decompress, inflated: bytes, limit: int
    ) -> tuple[bytes, zlib._Decompress]:
        """Go on after a block that says it is the last one (RFC 7692 section 7.2.3.4).

        References to what this message held before the block still work; those to earlier messages
        do not, and fail as a stream that cannot be inflated.
        """
        while decompressor.eof and len(inflated) <= limit:
            self._final_blocks += 1
            if self._final_blocks > _MAX_FINAL_BLOCKS:
                raise PeerError("a compressed message has too many final blocks", code=1007)
            bits = self._direction.max_window_bits
            rest = decompressor.unused_data
            decompressor = zlib.decompressobj(-bits, zdict=inflated[-(1 << bits) :])
            if not rest:
                break
            inflated += decompressor.decompress(rest, limit + 1 - len(inflated))
        return inflated, decompressor
