"""Decompression of gzip streams, piece by piece (RFC 1952)."""

from __future__ import annotations

import zlib

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from typing import TypeAlias

    Bytes: TypeAlias = bytes | bytearray | memoryview

#: zlib's "window bits" that ask for a gzip header and trailer and the largest window.
_GZIP_WINDOW = 16 + zlib.MAX_WBITS


class GzipDecompressor:
    """A decompressor for a gzip stream that arrives in pieces, with a limit on memory.

    The stream may have several members, one after the other (RFC 1952 section 2.2). There may be
    zeros after the last one, with which some writers fill a block; `gzip` and gzip(1) ignore them
    too. Anything else after a member is an error, and so is a stream that ends inside one.

    >>> import gzip
    >>> decompressor = GzipDecompressor()
    >>> data = gzip.compress(b"tornado" * 1000)
    >>> total = 0
    >>> while data:
    ...     total += len(decompressor.decompress(data, max_length=1024))
    ...     data = decompressor.unconsumed_tail
    >>> decompressor.flush()
    b''
    >>> total
    7000
    """

    def __init__(self) -> None:
        # The member that is being read, None before its first byte.
        self._member: zlib._Decompress | None = None
        self._member_count = 0
        self._is_padded = False
        self._tail = b""

    def decompress(self, value: Bytes, max_length: int = 0) -> bytes:
        """Decompress the next piece of the stream.

        :param value: the :attr:`unconsumed_tail` of the call before, if it is not empty, or else the
            next bytes of the stream.
        :param max_length: the largest number of bytes to return. The input for the rest is in
            :attr:`unconsumed_tail`. 0 means no limit; this is deprecated, because a few bytes of
            input can become gigabytes.
        :raises ValueError: ``max_length`` is negative.
        :raises zlib.error: the data is not gzip, or damaged, or followed by something else than
            zeros.
        """
        if max_length < 0:
            raise ValueError(f"max_length is a number of bytes, 0 or more, not {max_length}")
        if not max_length:
            import warnings

            warnings.warn(
                "decompress() without max_length is deprecated: the output has no limit",
                DeprecationWarning,
                stacklevel=2,
            )
        return self._decompress(value, max_length)

    @property
    def unconsumed_tail(self) -> bytes:
        """The input that the last call did not use; pass it to the next call."""
        return self._tail

    def flush(self) -> bytes:
        """Check that the stream is complete.

        :returns: ``b""``, because :meth:`decompress` keeps no output.
        :raises ValueError: :attr:`unconsumed_tail` is not empty.
        :raises zlib.error: the stream has ended inside a member.
        """
        if self._tail:
            raise ValueError(
                f"{len(self._tail)} bytes of unconsumed_tail are left: "
                "pass them to decompress() before flush()"
            )
        if self._member is not None:
            raise zlib.error("truncated gzip stream: it ends inside a member")
        return b""

    def _decompress(self, data: Bytes, max_length: int) -> bytes:
        pieces: list[bytes] = []
        self._tail = b""
        left = max_length
        while data:
            if self._member is None and self._skip_padding(data):
                break
            member = self._member or self._open(data)
            piece = member.decompress(data, left)
            if piece:
                pieces.append(piece)
            if not member.eof:
                self._tail = member.unconsumed_tail
                break
            self._member = None
            data = member.unused_data
            if max_length:
                left -= len(piece)
                if not left:
                    self._tail = data
                    break
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _skip_padding(self, data: Bytes) -> bool:
        """Tell whether ``data`` is padding after the last member.

        :raises zlib.error: there is something else among the zeros.
        """
        if not self._member_count or (data[0] and not self._is_padded):
            return False
        self._is_padded = True
        rest = bytes(data).lstrip(b"\0")
        if rest:
            raise zlib.error(f"found {rest[:2]!r} after the last gzip member and zeros")
        return True

    def _open(self, data: Bytes) -> zlib._Decompress:
        start = bytes(memoryview(data)[:2])
        if not b"\x1f\x8b".startswith(start):
            place = (
                "after the last gzip member" if self._member_count else "instead of a gzip member"
            )
            raise zlib.error(f"found {start!r} {place}")
        self._member_count += 1
        self._member = zlib.decompressobj(_GZIP_WINDOW)
        return self._member
