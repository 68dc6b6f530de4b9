"""Limits for bodies, before they are in memory and after decompression (security S11)."""

from __future__ import annotations

import asyncio
import gzip
import tracemalloc
import zlib
from functools import cache, partial
from typing import Any

import brotli
import pytest

from tornado.httpclient import HTTPClientError, HTTPProtocolError

try:
    from compression import zstd
except ImportError:
    from backports import zstd

OK = b"HTTP/1.1 200 OK\r\n"
TEXT = b"".join(b"%d bottles of beer\n" % number for number in range(5000))
CODINGS = {
    "gzip": cache(gzip.compress),
    "x-gzip": cache(gzip.compress),
    "deflate": cache(zlib.compress),
    "br": cache(partial(brotli.compress, quality=5)),
    "zstd": cache(zstd.compress),
}


@pytest.mark.parametrize("coding", list(CODINGS))
async def test_s11_a_compressed_body_is_decompressed(make, serve, coding):
    body = CODINGS[coding](TEXT)
    peer = await serve(serve.reply(body, Content_Encoding=coding))
    client = make()
    response = await client.fetch(peer.url())
    assert response.body == TEXT
    assert "Content-Encoding" not in response.headers
    assert response.headers["X-Consumed-Content-Encoding"] == coding
    await client.fetch(peer.url())
    assert peer.connections == 1
    accepted = peer.requests[0].fields["accept-encoding"].split(", ")
    assert set(accepted) == {"gzip", "deflate", "br", "zstd"}


async def test_s11_raw_deflate_and_several_members_are_decompressed(make, serve):
    raw = zlib.compress(TEXT, wbits=-15)
    client = make()
    for coding, body in (
        ("deflate", raw),
        ("gzip", gzip.compress(TEXT[:100]) + gzip.compress(TEXT[100:])),
        ("zstd", zstd.compress(TEXT[:100]) + zstd.compress(TEXT[100:])),
    ):
        peer = await serve(serve.reply(body, Content_Encoding=coding))
        assert (await client.fetch(peer.url())).body == TEXT


async def test_s11_nothing_is_decompressed_unless_asked_for(make, serve):
    peer = await serve(serve.reply(gzip.compress(TEXT), Content_Encoding="gzip"))
    response = await make.fetch(peer.url(), decompress_response=False)
    assert response.body == gzip.compress(TEXT, mtime=0) or gzip.decompress(response.body) == TEXT
    assert response.headers["Content-Encoding"] == "gzip"
    assert "accept-encoding" not in peer.requests[0].fields


async def test_s11_a_length_above_the_limit_is_refused_before_the_body(make, serve):
    peer = await serve(OK + b"Content-Length: 1001\r\n\r\n")
    with pytest.raises(HTTPProtocolError, match="1001 bytes, at most 1000"):
        await make(max_body_size=1000).fetch(peer.url())


@pytest.mark.parametrize("version", [b"HTTP/1.0", b"HTTP/1.1"])
async def test_s11_a_body_without_length_is_cut_off_at_the_limit(make, serve, version):
    sent = 0

    async def answer(request: Any, writer: asyncio.StreamWriter) -> bool:
        nonlocal sent
        writer.write(version + b" 200 OK\r\n\r\n")
        while sent < 100_000_000:
            writer.write(b"x" * 65536)
            await writer.drain()
            sent += 65536
        return False

    peer = await serve(answer)
    with pytest.raises(HTTPProtocolError, match="more than 100000 bytes"):
        await make.fetch(peer.url(), max_body_size=100_000)
    assert sent < 50_000_000


async def test_s11_the_body_of_a_redirect_is_not_kept(make, serve):
    size = 64 << 20

    async def answer(request: Any, writer: asyncio.StreamWriter) -> None:
        if request.target == "/new":
            writer.write(serve.reply())
            return
        writer.write(b"HTTP/1.1 302 Found\r\nLocation: /new\r\nContent-Length: %d\r\n\r\n" % size)
        for _ in range(64):
            writer.write(bytes(1 << 20))
            await writer.drain()

    peer = await serve(answer)
    tracemalloc.start()
    try:
        response = await make.fetch(peer.url(), max_body_size=1 << 40)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert response.body == b"hello"
    assert peak < size / 4


async def test_s11_chunks_are_cut_off_at_the_limit(make, serve):
    chunk = b"%x\r\n%b\r\n" % (60_000, b"x" * 60_000)
    peer = await serve(OK + b"Transfer-Encoding: chunked\r\n\r\n" + chunk * 2 + b"0\r\n\r\n")
    client = make(max_body_size=100_000)
    with pytest.raises(HTTPProtocolError, match="more than 100000 bytes"):
        await client.fetch(peer.url())


@pytest.mark.parametrize("coding", list(CODINGS))
async def test_s11_the_limit_counts_decompressed_bytes(make, serve, coding):
    body = CODINGS[coding](TEXT)
    peer = await serve(serve.reply(body, Content_Encoding=coding))
    with pytest.raises(HTTPProtocolError, match="decompressed"):
        await make.fetch(peer.url(), max_body_size=len(TEXT) - 1)
    assert (await make.fetch(peer.url(), max_body_size=len(TEXT))).body == TEXT


@cache
def bomb(coding):
    return CODINGS[coding](bytes(50_000_000))


@pytest.mark.parametrize("coding", list(CODINGS))
async def test_s11_a_bomb_is_refused_by_its_ratio(make, serve, coding):
    peer = await serve(serve.reply(bomb(coding), Content_Encoding=coding))
    taken = 0

    def take(piece: bytes) -> None:
        nonlocal taken
        taken += len(piece)

    with pytest.raises(HTTPProtocolError, match="times its size"):
        await make.fetch(peer.url(), streaming_callback=take)
    assert taken <= 15_000_000


@pytest.mark.parametrize("coding", list(CODINGS))
async def test_s11_a_cut_stream_is_an_error(make, serve, coding):
    body = CODINGS[coding](TEXT)[:-6]
    peer = await serve(serve.reply(body, Content_Encoding=coding))
    with pytest.raises(HTTPProtocolError, match=r"truncated|damaged"):
        await make.fetch(peer.url())


@pytest.mark.parametrize("coding", list(CODINGS))
async def test_s11_garbage_after_the_stream_is_an_error(make, serve, coding):
    body = CODINGS[coding](TEXT) + b"garbage"
    peer = await serve(serve.reply(body, Content_Encoding=coding))
    with pytest.raises(HTTPProtocolError, match=r"truncated|damaged"):
        await make.fetch(peer.url())


async def test_s11_an_empty_body_and_one_of_head_are_not_truncated(make, serve):
    peer = await serve(serve.reply(b"", Content_Encoding="gzip"))
    client = make()
    assert (await client.fetch(peer.url())).body == b""
    assert (await client.fetch(peer.url(), method="HEAD")).body == b""


async def test_s11_an_unknown_coding_is_left_alone(make, serve):
    peer = await serve(serve.reply(b"\x00\x01", Content_Encoding="compress"))
    response = await make.fetch(peer.url())
    assert response.body == b"\x00\x01"
    assert response.headers["Content-Encoding"] == "compress"


async def test_s11_a_head_above_the_limit_is_refused(simple, serve):
    peer = await serve(serve.reply(b"", X_Long="x" * 2000))
    with pytest.raises(HTTPClientError):
        await simple(max_header_size=1000).fetch(peer.url())
    assert (await simple(max_header_size=4000).fetch(peer.url())).code == 200
