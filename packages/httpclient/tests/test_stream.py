"""Responses that are read while they arrive, and errors among them."""

from __future__ import annotations

import asyncio
import gzip
from typing import Any

import pytest

from tornado.httpclient import HTTPClientError, HTTPRequest, HTTPStreamClosedError, Retry
from tornado.httpclient._response._stream import _MAX_ERROR_BODY

STATUSES = ["404 Not Found", "500 Oops", "304 Not Modified"]


@pytest.mark.parametrize("status", STATUSES)
async def test_a_status_that_fetch_raises_is_raised_when_the_block_is_entered(make, serve, status):
    body = b"" if status.startswith("304") else b'{"why": "not there"}'
    peer = await serve(serve.reply(body, status, X_A="b"))
    client = make(max_clients=1)
    for _ in range(2):
        with pytest.raises(HTTPClientError, match=f"HTTP {status[:3]}: {status[4:]}") as caught:
            async with client.stream(peer.url()):
                pytest.fail("the block is entered")
        response = caught.value.response
        assert response is not None
        assert (response.code, response.headers["X-A"], response.body) == (
            int(status[:3]),
            "b",
            body,
        )
        assert response.error is caught.value


@pytest.mark.parametrize("status", STATUSES)
async def test_a_program_may_check_the_status_itself(make, serve, status):
    body = b"" if status.startswith("304") else b"not there"
    peer = await serve(serve.reply(body, status))
    async with make().stream(peer.url(), raise_error=False) as response:
        assert response.code == int(status[:3])
        assert b"".join([piece async for piece in response]) == body
    async with make().stream(HTTPRequest(peer.url()), False) as response:
        assert response.code == int(status[:3])


async def test_the_body_of_an_error_is_decompressed(make, serve):
    compressed = gzip.compress(b"not there" * 100)
    peer = await serve(serve.reply(compressed, "404 Not Found", Content_Encoding="gzip"))
    with pytest.raises(HTTPClientError) as caught:
        async with make().stream(peer.url()):
            pass
    assert caught.value.response.body == b"not there" * 100


async def test_an_error_page_without_end_is_cut(make, serve):
    async def answer(request: Any, writer: asyncio.StreamWriter) -> bool:
        writer.write(b"HTTP/1.1 500 Oops\r\nX-A: b\r\n\r\n")
        while True:
            writer.write(b"x" * 10_000)
            await writer.drain()

    peer = await serve(answer)
    options = {"request_timeout": 0, "max_body_size": 10**12}
    with pytest.raises(HTTPClientError, match="HTTP 500: Oops") as caught:
        async with make().stream(peer.url(), **options):
            pass
    assert caught.value.response.body == b"x" * _MAX_ERROR_BODY
    assert caught.value.response.headers["X-A"] == "b"


async def test_the_wait_for_an_error_page_is_limited(make, serve, monkeypatch):
    monkeypatch.setattr("tornado.httpclient._response._stream._ERROR_BODY_TIMEOUT", 0.03)

    async def answer(request: Any, writer: asyncio.StreamWriter) -> bool:
        writer.write(b"HTTP/1.1 500 Oops\r\nContent-Length: 100\r\n\r\nshort")
        await asyncio.sleep(60)
        return False

    peer = await serve(answer)
    client = make(max_clients=1)
    for _ in range(2):
        with pytest.raises(HTTPClientError, match="HTTP 500: Oops") as caught:
            async with client.stream(peer.url(), request_timeout=0):
                pass
        assert caught.value.response.body == b"short"


async def test_an_error_page_that_breaks_off_is_the_error_of_the_connection(make, serve):
    peer = await serve(b"HTTP/1.1 500 Oops\r\nContent-Length: 100\r\n\r\nshort", close=True)
    with pytest.raises(HTTPStreamClosedError):
        async with make().stream(peer.url()):
            pass


async def test_a_failure_that_is_worth_it_is_tried_again(make, serve):
    async def answer(request: Any, writer: asyncio.StreamWriter) -> None:
        busy = len(peer.requests) < 3
        writer.write(serve.reply(b"busy", "503 Busy") if busy else serve.reply(b"ready"))

    peer = await serve(answer)
    retry = Retry(attempts=3, backoff=0.001)
    async with make().stream(peer.url(), retry=retry) as response:
        assert response.code == 200
        assert b"".join([piece async for piece in response]) == b"ready"
    assert len(peer.requests) == 3
    peer.requests.clear()
    with pytest.raises(HTTPClientError, match="503") as caught:
        async with make().stream(peer.url(), retry=Retry(attempts=2, backoff=0.001)):
            pass
    assert caught.value.response.body == b"busy"
    assert len(peer.requests) == 2


async def test_data_that_the_caller_has_seen_is_never_sent_again(make, serve):
    peer = await serve(serve.reply(b"busy", "503 Busy"))
    retry = Retry(attempts=3, backoff=0.001)
    async with make().stream(peer.url(), raise_error=False, retry=retry) as response:
        assert b"".join([piece async for piece in response]) == b"busy"
    assert len(peer.requests) == 1
