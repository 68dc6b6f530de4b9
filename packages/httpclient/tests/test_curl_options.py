"""Options that a ``prepare_curl_callback`` sets although the client has better ones."""

from __future__ import annotations

import asyncio
import gzip
import re
from collections.abc import Callable
from typing import Any

import pycurl
import pytest

from tornado.httpclient import HTTPProtocolError, HTTPTimeoutError


def setting(option: int, value: Any) -> Callable[[Any], None]:
    """Return a callback that sets one option."""
    return lambda handle: handle.setopt(option, value)


async def never(_request: Any, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
    await writer.drain()
    await asyncio.sleep(0.5)


async def test_a_deadline_of_libcurl_is_not_taken_for_that_of_the_connection(curl, serve):
    peer = await serve(never)
    with pytest.raises(HTTPTimeoutError) as caught:
        await curl.fetch(peer.url(), prepare_curl_callback=setting(pycurl.TIMEOUT_MS, 100))
    message = str(caught.value)
    assert "prepare_curl_callback has set TIMEOUT or TIMEOUT_MS" in message
    assert "use request_timeout instead" in message
    assert re.search(r"\(Operation timed out after 1\d\d milliseconds", message)
    assert caught.value.phase == "whole"


async def test_a_connection_that_libcurl_gives_up_early_says_after_which_time(
    curl, unanswered_port
):
    with pytest.raises(HTTPTimeoutError, match="while connecting to") as caught:
        await curl.fetch(
            f"http://127.0.0.1:{unanswered_port}/",
            prepare_curl_callback=setting(pycurl.TIMEOUT_MS, 100),
        )
    assert caught.value.phase == "connect"
    (note,) = caught.value.__notes__
    assert 0.05 < float(note.split()[1]) < 5


async def test_a_body_that_libcurl_decompresses_is_refused_with_what_to_use(curl, serve):
    peer = await serve(serve.reply(gzip.compress(b"hello"), Content_Encoding="gzip"))
    with pytest.raises(HTTPProtocolError) as caught:
        await curl.fetch(peer.url(), prepare_curl_callback=setting(pycurl.ACCEPT_ENCODING, "gzip"))
    assert "prepare_curl_callback sets ACCEPT_ENCODING" in str(caught.value)
    assert "use decompress_response instead" in str(caught.value)
    response = await curl.fetch(
        peer.url(),
        decompress_response=False,
        prepare_curl_callback=setting(pycurl.ACCEPT_ENCODING, "gzip"),
    )
    assert response.body == b"hello"


async def test_a_damaged_body_is_not_blamed_on_a_callback_that_is_not_there(curl, serve):
    peer = await serve(serve.reply(b"hello", Content_Encoding="gzip"))
    with pytest.raises(HTTPProtocolError, match="invalid gzip data") as caught:
        await curl.fetch(peer.url())
    assert "prepare_curl_callback" not in str(caught.value)
