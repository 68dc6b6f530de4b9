"""Masking (RFC 6455 section 5.3): each byte of a payload XOR one of four key bytes in turn.

The C version of tornado-speedups is used where it is installed. ``TORNADO_EXTENSION=0`` in the
environment leaves it unused, and ``1`` lets the import fail where it is missing.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    _Mask: TypeAlias = Callable[[bytes, bytes], bytes]
    _MaskPart: TypeAlias = Callable[[bytes, bytes, int, int], bytes]

#: From this many bytes on, four translations cost less than one large number. On CPython 3.11 and
#: 3.13 both cost the same at about 1,500 bytes; translating takes 2.3 times as long at 125 bytes, and
#: 0.61 (3.11) or 0.42 (3.13) of the time at 64 KB.
_TRANSLATED_FROM = 1536

#: From this many bytes on, a view costs less than a copy.
_VIEWED_FROM = 4096

_BYTES = bytes(range(256))


class _Tables(dict[int, bytes]):
    """For a key byte, what each byte becomes: made when the key byte first occurs, 64 KB in all."""

    def __missing__(self, key_byte: int) -> bytes:
        table = self[key_byte] = bytes(byte ^ key_byte for byte in _BYTES)
        return table


_tables = _Tables()


def mask_in_python(key: bytes, data: bytes) -> bytes:
    """Return ``data`` masked with a key of four bytes; masking twice gives the data back."""
    size = len(data)
    if size < _TRANSLATED_FROM:
        pattern = (key * ((size + 3) >> 2))[:size]
        return (int.from_bytes(data, "little") ^ int.from_bytes(pattern, "little")).to_bytes(
            size, "little"
        )
    masked = bytearray(size)
    for offset, key_byte in enumerate(key):
        masked[offset::4] = data[offset::4].translate(_tables[key_byte])
    return bytes(masked)


def mask_part_in_python(key: bytes, data: bytes, start: int, end: int) -> bytes:
    """Return ``data[start:end]`` masked with a key that begins at ``start``, without a copy of it."""
    if end - start < _TRANSLATED_FROM:
        return mask_in_python(key, data[start:end])
    masked = bytearray(end - start)
    for offset, key_byte in enumerate(key):
        masked[offset::4] = data[start + offset : end : 4].translate(_tables[key_byte])
    return bytes(masked)


def _part_masker(whole: Callable[[bytes, bytes | memoryview], bytes]) -> _MaskPart:
    """Return `mask_part_in_python` by a function that takes any buffer."""

    def mask_part(key: bytes, data: bytes, start: int, end: int) -> bytes:
        if end - start < _VIEWED_FROM:
            return whole(key, data[start:end])
        with memoryview(data)[start:end] as part:
            return whole(key, part)

    return mask_part


def rotated(key: bytes, offset: int) -> bytes:
    """Return the key for data that begins ``offset`` bytes into its payload."""
    offset &= 3
    return key[offset:] + key[:offset]


def _choose() -> tuple[_Mask, _MaskPart]:
    """Return the C versions where they are installed and wanted."""
    wanted = os.environ.get("TORNADO_EXTENSION", "")
    if wanted != "0":
        try:
            from tornado.speedups import websocket_mask
        except ImportError:
            if wanted == "1":
                raise
        else:
            return websocket_mask, _part_masker(websocket_mask)
    return mask_in_python, mask_part_in_python


mask, mask_part = _choose()
