"""Fields that were parsed before are looked up, and the heads are the same."""

from __future__ import annotations

import pytest

from tornado.http1connection import HTTP1ConnectionParameters, ProtocolError, RequestParser
from tornado.http1connection._caches import MAX_BLOCK_SIZE, MAX_BLOCKS, FieldBlocks
from tornado.http1connection._parsing import _head as head_module

FIELDS = b"Host: x\r\nAccept: a, b\r\nX-Known: yes\r\n\r\n"


def parsed(data: bytes, **limits: int):
    return RequestParser(HTTP1ConnectionParameters(**limits)).receive(data)


def test_a_cached_block_gives_the_same_head():
    for line in (b"GET / HTTP/1.1\r\n", b"POST /a?%e9 HTTP/1.1\r\n"):
        first, second = parsed(line + FIELDS), parsed(line + FIELDS)
        assert first == second
        assert first.target.encode("latin-1") == line.split(b" ")[1]
        assert list(first.fields) == ["Host", "Accept", "X-Known"]


def test_what_a_request_does_to_its_fields_is_its_own():
    parsed(b"GET / HTTP/1.1\r\n" + FIELDS).fields["X-Known"] = "changed"
    del parsed(b"GET / HTTP/1.1\r\n" + FIELDS).fields["Accept"]
    assert parsed(b"GET / HTTP/1.1\r\n" + FIELDS).fields["X-Known"] == "yes"
    assert "Accept" in parsed(b"GET / HTTP/1.1\r\n" + FIELDS).fields


@pytest.mark.parametrize(
    ("line", "status"),
    [
        (b"GE(T / HTTP/1.1\r\n", 400),
        (b"GET  / HTTP/1.1\r\n", 400),
        (b"GET /\x01 HTTP/1.1\r\n", 400),
        (b"GET /\n HTTP/1.1\r\n", 400),
        (b"GET / HTTP/2.0\r\n", 505),
        (b"GET * HTTP/1.1\r\n", 400),
        (b"GET x:443 HTTP/1.1\r\n", 400),
        (b"\n", 400),
    ],
)
def test_s6_a_request_line_is_checked_before_a_cached_block(line, status):
    parsed(b"GET / HTTP/1.1\r\n" + FIELDS)
    with pytest.raises(ProtocolError) as caught:
        parsed(line + FIELDS)
    assert caught.value.status == status


def test_s6_the_limits_hold_for_a_cached_block():
    parsed(b"GET / HTTP/1.1\r\n" + FIELDS)
    for limits in ({"max_header_count": 2}, {"max_header_size": 20}):
        with pytest.raises(ProtocolError) as caught:
            parsed(b"GET / HTTP/1.1\r\n" + FIELDS, **limits)
        assert caught.value.status == 431


def test_a_cached_block_means_what_the_version_says():
    assert parsed(b"GET / HTTP/1.1\r\n" + FIELDS).keep_alive
    assert not parsed(b"GET / HTTP/1.0\r\n" + FIELDS).keep_alive
    assert parsed(b"GET / HTTP/1.1\r\n" + FIELDS).keep_alive


@pytest.mark.parametrize(
    "fields",
    [
        b"Host: x\r\nContent-Length: 3\r\n\r\n",
        b"Host: x\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"Host: x\r\nA: 1\r\nA: 2\r\n\r\n",
        b"Host: x\r\nA: " + b"b" * MAX_BLOCK_SIZE + b"\r\n\r\n",
    ],
    ids=["length", "chunks", "repeated", "long"],
)
def test_some_blocks_are_never_kept(fields):
    parsed(b"POST / HTTP/1.1\r\n" + fields)
    assert fields[:-2] not in head_module._field_blocks


def test_s10_the_cache_is_bounded():
    blocks = FieldBlocks()
    for number in range(3 * MAX_BLOCKS):
        blocks.add(b"%d" % number, ({}, True))
    assert 0 < len(blocks) <= MAX_BLOCKS
