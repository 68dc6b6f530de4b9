"""Responses that repeat and fold fields: which are accepted, and which are not."""

from __future__ import annotations

import asyncio
import gzip
from typing import Any

import pytest

from tornado.httpclient import HTTPClientError, HTTPProtocolError

OK = b"HTTP/1.1 200 OK\r\n"

#: Fields of responses that do not frame the body, each with two values.
REPEATED = {
    "Content-Type": ("text/html", "text/html; charset=utf-8"),
    "Content-Disposition": ("inline", "attachment"),
    "Content-Language": ("de", "en"),
    "Content-Location": ("/a", "/b"),
    "Content-Range": ("bytes 0-4/5", "bytes 0-4/6"),
    "Content-Encoding": ("x-unknown", "x-other"),
    "Accept-Ranges": ("bytes", "none"),
    "Access-Control-Allow-Origin": ("*", "https://a.example"),
    "Age": ("1", "2"),
    "Allow": ("GET", "HEAD"),
    "Authentication-Info": ("a=b", "c=d"),
    "Cache-Control": ("no-cache", "max-age=5"),
    "Connection": ("keep-alive", "x"),
    "Date": ("Thu, 01 Jan 2026 00:00:00 GMT", "Fri, 02 Jan 2026 00:00:00 GMT"),
    "Etag": ('"a"', '"b"'),
    "Expires": ("0", "-1"),
    "Host": ("a", "b"),
    "Keep-Alive": ("timeout=5", "timeout=6"),
    "Last-Modified": ("Thu, 01 Jan 2026 00:00:00 GMT", "x"),
    "Link": ("</a>", "</b>"),
    "Location": ("/a", "/b"),
    "Pragma": ("no-cache", "x"),
    "Proxy-Authenticate": ("Basic", "Digest nonce=a"),
    "Retry-After": ("1", "2"),
    "Server": ("a", "b"),
    "Set-Cookie": ("a=b", "c=d"),
    "Strict-Transport-Security": ("max-age=1", "max-age=2"),
    "Upgrade": ("h2c", "x"),
    "Vary": ("a", "b"),
    "Via": ("1.1 a", "1.1 b"),
    "Www-Authenticate": ("Basic", "Digest nonce=a"),
    "X-Frame-Options": ("DENY", "SAMEORIGIN"),
    "X-Anything": ("", "a"),
}


@pytest.mark.parametrize("name", list(REPEATED))
async def test_a_field_that_frames_nothing_may_be_repeated(make, serve, name):
    if (name, make.name) == ("Location", "curl"):
        pytest.skip("newer versions of libcurl refuse two places for any status")
    first, second = REPEATED[name]
    lines = f"{name}: {first}\r\n{name.lower()}: {second}\r\nContent-Length: 5\r\n\r\n"
    peer = await serve(OK + lines.encode() + b"hello")
    client = make()
    for _ in range(2):
        response = await client.fetch(peer.url())
        assert response.body == b"hello"
        assert response.headers.get_list(name) == [first, second]
        assert response.headers[name] == f"{first},{second}"
    assert peer.connections == 1


FRAMING = {
    "two lengths": b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
    "two lengths in one line": b"Content-Length: 5, 6\r\n\r\nhello!",
    "a length of letters": b"Content-Length: five\r\n\r\nhello",
    "two encodings": b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a length and an encoding": b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a space before the colon": b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
    "a control in a value": b"X: a\x01b\r\nContent-Length: 0\r\n\r\n",
    "a fold after the status line": b" X: a\r\nContent-Length: 0\r\n\r\n",
    "a name with a space": b"X Y: a\r\nContent-Length: 0\r\n\r\n",
}


@pytest.mark.parametrize("name", list(FRAMING))
async def test_what_could_be_framed_or_read_in_two_ways_is_refused(make, serve, name):
    peer = await serve(OK + FRAMING[name])
    with pytest.raises(HTTPClientError) as caught:
        await make.fetch(peer.url())
    assert caught.value.code == 599


async def test_equal_lengths_count_as_one(make, serve):
    peer = await serve(OK + b"Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello")
    assert (await make.fetch(peer.url())).body == b"hello"


@pytest.mark.parametrize("lines", [b"X: a\r\n b\r\n", b"X: a \r\n\t  b\r\n", b"X:\r\n a\r\n b\r\n"])
async def test_a_folded_line_is_one_line(make, serve, lines):
    peer = await serve(OK + lines + b"Content-Length: 5\r\n\r\nhello")
    response = await make.fetch(peer.url())
    assert (response.headers["X"], response.body) == ("a b", b"hello")


async def test_a_folded_field_that_frames_is_refused_by_the_client_in_python(simple, serve):
    peer = await serve(OK + b"Content-Length:\r\n 5\r\n\r\nhello")
    with pytest.raises(HTTPProtocolError, match="folding"):
        await simple.fetch(peer.url())


async def test_a_redirect_to_two_places_is_refused_and_to_one_twice_is_not(make, serve):
    async def answer(request: Any, writer: asyncio.StreamWriter) -> None:
        places = {"/two": ["/a", "/b"], "/one": ["/a", "/a"]}.get(request.target, [])
        lines = "".join(f"Location: {place}\r\n" for place in places)
        status = "302 Found" if places else "200 OK"
        writer.write(f"HTTP/1.1 {status}\r\n{lines}Content-Length: 0\r\n\r\n".encode())

    peer = await serve(answer)
    response = await make.fetch(peer.url("/one"))
    assert response.effective_url == peer.url("/a")
    with pytest.raises(HTTPClientError, match="Location") as caught:
        await make.fetch(peer.url("/two"))
    assert caught.value.code == 599
    if make.name == "curl":
        return  # newer versions of libcurl always refuse two places
    response = await make.fetch(peer.url("/two"), raise_error=False, follow_redirects=False)
    assert response.headers.get_list("Location") == ["/a", "/b"]


# Zeros after a compressed body.

BODY = gzip.compress(b"hello" * 100)


@pytest.mark.parametrize("padding", [b"\0", b"\0" * 7, b"\0" * 100_000])
async def test_zeros_after_a_gzip_body_are_padding(make, serve, padding):
    peer = await serve(serve.reply(BODY + padding, Content_Encoding="gzip"))
    assert (await make.fetch(peer.url())).body == b"hello" * 100


@pytest.mark.parametrize("garbage", [b"x", b"\0x", b"\0" * 70_000 + b"x", b"\0" + BODY, b"\x1f\0"])
async def test_anything_else_after_a_gzip_body_is_refused(make, serve, garbage):
    peer = await serve(serve.reply(BODY + garbage, Content_Encoding="gzip"))
    with pytest.raises(HTTPProtocolError, match="gzip"):
        await make.fetch(peer.url())
