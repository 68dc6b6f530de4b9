"""Values of fields in other forms than text."""

from __future__ import annotations

from typing import Any

import pytest

from tornado.httputil import HTTPHeaders

ALL_OCTETS = bytes([9, *range(0x20, 0x7F), *range(0x80, 0x100)]).strip()


async def sent(make: Any, serve: Any, **options: Any) -> bytes:
    peer = await serve(serve.reply())
    await make.fetch(peer.url(), **options)
    return peer.requests[0].raw + b"\r\n"


@pytest.mark.parametrize("value", [b"plain", "zażółć".encode(), b"\xff\xfe", ALL_OCTETS])
async def test_bytes_leave_as_those_bytes(make, serve, value):
    added = HTTPHeaders()
    added.add("X-A", value)
    added.add("X-A", value)
    for headers, count in (
        ({"X-A": value}, 1),
        ({"X-A": [value, value]}, 2),
        (HTTPHeaders({"X-A": value}), 1),
        (added, 2),
    ):
        raw = await sent(make, serve, headers=headers)
        assert raw.count(b"X-A: " + value + b"\r\n") == count
        assert b"b'" not in raw


async def test_other_fields_take_bytes_too(make, serve):
    raw = await sent(make, serve, user_agent=b"me/1 \xe9", headers={"Host": b"other.example"})
    assert b"\r\nUser-Agent: me/1 \xe9\r\n" in raw
    assert b"\r\nHost: other.example\r\n" in raw
    fields = {"Content-Length": b"5", "Content-Type": b"a/b"}
    raw = await sent(make, serve, method="POST", body=b"hello", headers=fields)
    assert b"\r\nContent-Type: a/b\r\n" in raw
    assert raw.count(b"Content-Length: 5\r\n") == 1


async def test_numbers_are_sent_in_decimal(make, serve):
    raw = await sent(make, serve, headers={"X-A": 5, "X-B": 1.5})
    assert b"\r\nX-A: 5\r\n" in raw
    assert b"\r\nX-B: 1.5\r\n" in raw


@pytest.mark.parametrize("value", [None, True, object(), {"a": 1}, ("a", "b"), ["a", None]])
async def test_what_is_neither_text_nor_bytes_is_refused(make, serve, value):
    with pytest.raises(TypeError, match="the value of the field X-A is text or bytes, not"):
        await sent(make, serve, headers={"X-A": value})


@pytest.mark.parametrize("value", [b"a\r\nX-B: c", b"a\x00b", b"\x7f", bytearray(b"a\nb")])
async def test_bytes_that_would_end_a_line_are_refused(make, serve, value):
    with pytest.raises(ValueError, match="bad characters"):
        await sent(make, serve, headers={"X-A": value})
