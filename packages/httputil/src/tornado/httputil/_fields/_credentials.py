"""User name and password for HTTP authentication."""

from __future__ import annotations

from tornado.escape import utf8


def encode_username_password(username: str | bytes, password: str | bytes) -> bytes:
    """Join a user name and a password for Basic authentication (RFC 7617), not yet in base64.

    Text is normalized (NFC) and encoded as UTF-8; bytes are used as they are.

    .. versionadded:: 1.0
    """
    return _octets(username) + b":" + _octets(password)


def _octets(value: str | bytes) -> bytes:
    if isinstance(value, str):
        if not value.isascii():
            import unicodedata

            value = unicodedata.normalize("NFC", value)
        return utf8(value)
    return value
