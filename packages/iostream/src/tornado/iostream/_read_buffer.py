"""Bytes that have arrived and that nobody has read yet."""

from __future__ import annotations

#: Pieces below this size are joined when they arrive: a list of tiny bytes objects would take
#: many times the memory of the bytes, and a peer chooses the size of the pieces.
_SMALL = 2048


class ReadBuffer:
    """A queue of bytes whose cost is linear for any split of its input.

    Two representations, so that both kinds of reads are cheap: `take` of a known count joins the
    pieces once; a search needs one contiguous block, to which new pieces are only appended.
    Memory is the bytes plus a bounded overhead, whatever the size of the pieces.

    >>> buffer = ReadBuffer()
    >>> buffer.append(b"GET / HT")
    >>> buffer.append(b"TP/1.1")
    >>> buffer.take(4), buffer.size
    (b'GET ', 10)
    """

    __slots__ = ("_block", "_pieces", "size")

    def __init__(self) -> None:
        self._block = bytearray()
        self._pieces: list[bytes] = []
        #: How many bytes are buffered.
        self.size = 0

    def append(self, data: bytes) -> None:
        """Add bytes at the end."""
        self.size += len(data)
        self._pieces.append(data)
        if len(data) < _SMALL and len(self._pieces) > 1:
            self._merge()

    def prepend(self, data: bytes) -> None:
        """Give bytes back to the front."""
        rest = self.take(self.size)
        self.append(data)
        if rest:
            self.append(rest)

    def take(self, count: int) -> bytes:
        """Remove and return the first ``count`` bytes. There must be so many."""
        left = self.size - count
        self.size = left
        pieces = self._pieces
        if self._block or (left and len(pieces) > 1):
            self._merge()
            with memoryview(self._block) as view:
                data = bytes(view[:count])
            del self._block[:count]
            return data
        if not left:
            self._pieces = []
            return pieces[0] if len(pieces) == 1 else b"".join(pieces)
        piece = pieces.pop()
        self._block += memoryview(piece)[count:]
        return piece[:count]

    def block(self) -> bytearray:
        """Return everything as one block, for a search. The caller must not change it."""
        self._merge()
        return self._block

    def _merge(self) -> None:
        block = self._block
        for piece in self._pieces:
            block += piece
        self._pieces.clear()
