"""Names from the time when Python 2 and Python 3 were both supported."""

from __future__ import annotations

import sys

bytes_type = bytes
unicode_type = str
basestring_type = str


def b(s: str) -> bytes:
    r"""Return the bytes of a literal that has only ASCII and ``\x`` characters.

    Modern code has ``b"..."`` instead.

    >>> b("\x00GET")
    b'\x00GET'

    :raises UnicodeEncodeError: a character is above ``\xff``.
    """
    return s.encode("latin-1")


#: Whether this is Python 3; programs for both versions chose between their branches by it.
PY3 = True
xrange = range
is_finalizing = sys.is_finalizing


def u(s: str) -> str:
    """Return a text as it is; programs for Python 3.2 used it because that has no ``u"..."``."""
    return s


def _websocket_mask(mask: bytes, data: bytes) -> bytes:
    """Apply a WebSocket mask to data, or remove it (RFC 6455 section 5.3).

    :param mask: four bytes.
    :raises ValueError: the mask has another length.
    """
    if len(mask) != 4:
        raise ValueError(f"a mask has 4 bytes, not {len(mask)}")
    size = len(data)
    key = (mask * (size // 4 + 1))[:size]
    masked = int.from_bytes(data, "little") ^ int.from_bytes(key, "little")
    return masked.to_bytes(size, "little")


_websocket_mask_python = _websocket_mask
