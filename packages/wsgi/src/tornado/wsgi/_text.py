"""Text as PEP 3333 has it: a character for each octet."""

from __future__ import annotations


def to_wsgi_str(s: bytes) -> str:
    """Return bytes as text of WSGI: one character, U+0000 to U+00FF, for each octet.

    :raises TypeError: it is not bytes.
    """
    if not isinstance(s, bytes):
        raise TypeError(f"to_wsgi_str takes bytes, not {type(s).__name__}")
    return s.decode("latin-1")


def from_wsgi_str(s: str) -> bytes:
    """Return the bytes that a text of WSGI stands for.

    :raises TypeError: it is not a string.
    :raises UnicodeEncodeError: it has a character beyond U+00FF, which stands for no octet.
    """
    if not isinstance(s, str):
        raise TypeError(f"from_wsgi_str takes a string, not {type(s).__name__}")
    return s.encode("latin-1")
