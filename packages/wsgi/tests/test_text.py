"""Text of WSGI: a character for each octet."""

from __future__ import annotations

import pytest

from tornado.wsgi import from_wsgi_str, to_wsgi_str


def test_bytes_become_text_and_back():
    octets = bytes(range(256))
    assert from_wsgi_str(to_wsgi_str(octets)) == octets
    assert to_wsgi_str("é".encode()) == "\xc3\xa9"


def test_the_other_kind_is_refused():
    with pytest.raises(TypeError, match="takes bytes, not str"):
        to_wsgi_str("text")
    with pytest.raises(TypeError, match="takes a string, not bytes"):
        from_wsgi_str(b"bytes")
    with pytest.raises(UnicodeEncodeError):
        from_wsgi_str("€")
