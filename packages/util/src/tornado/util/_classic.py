"""Names from the years when Python 2 and Python 3 were both supported."""

from __future__ import annotations

import sys

bytes_type = bytes
unicode_type = str
basestring_type = str


def b(s: str) -> bytes:
    r"""Return the bytes that a literal of ASCII and ``\x`` characters stands for.

    Modern code writes ``b"..."``.

    >>> b("\x00GET")
    b'\x00GET'

    :raises UnicodeEncodeError: if a character is above ``\xff``.
    """
    return s.encode("latin-1")


#: True: programs that ran on both chose between their branches by it.
PY3 = True
xrange = range
is_finalizing = sys.is_finalizing


def u(s: str) -> str:
    """Return a text as it is; it stood for ``u"..."`` where Python 3.2 had no such literals."""
    return s


def _websocket_mask(mask: bytes, data: bytes) -> bytes:
    """Return data with a WebSocket mask put on or taken off (RFC 6455 section 5.3).

    :param mask: four bytes.
    """
    size = len(data)
    key = (mask * (size // 4 + 1))[:size]
    masked = int.from_bytes(data, "little") ^ int.from_bytes(key, "little")
    return masked.to_bytes(size, "little")


_websocket_mask_python = _websocket_mask
