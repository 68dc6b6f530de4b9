"""Fields on their way out."""

from __future__ import annotations

import pytest

from tornado.http1connection._encoding import encode_fields
from tornado.httputil import HTTPOutputError


@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "a\r\nX-Evil: 1\r\n\r\nbody", "a\nb", "a\rb"])
@pytest.mark.parametrize("several", [False, True])
def test_no_line_end_gets_into_a_value(value, several):
    given = ["harmless", value] if several else value
    with pytest.raises(HTTPOutputError, match="X-Field"):
        encode_fields({"X-Other": "1", "X-Field": given})


def test_repeated_fields_have_a_line_each():
    assert encode_fields({"Set-Cookie": ["a=b", "c=d"], "X": "1"}) == (
        "Set-Cookie: a=b\r\nSet-Cookie: c=d\r\nX: 1\r\n"
    )
