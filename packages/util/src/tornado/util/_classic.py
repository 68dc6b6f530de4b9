"""Names from the years when Python 2 and Python 3 were both supported."""

from __future__ import annotations

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
