"""The words of log lines, errors and reprs that programs and their tests look for."""

from __future__ import annotations

import gzip
import logging
import re

import pytest

from tornado.httpclient import HTTPProtocolError, HTTPRequest, HTTPResponse, _RequestProxy
from tornado.iostream import UnsatisfiableReadError

OK = b"HTTP/1.1 200 OK\r\n"

#: What a server answers, and what the client says about it.
REFUSED = {
    "length": (OK + b"Content-Length: 1001\r\n\r\n", "Content-Length too long"),
    "no length": (b"HTTP/1.0 200 OK\r\n\r\n" + b"x" * 1001, "Body too long"),
    "chunks": (
        OK + b"Transfer-Encoding: chunked\r\n\r\n3e9\r\n" + b"x" * 1001 + b"\r\n0\r\n\r\n",
        "chunked body too large",
    ),
    "gzip": (
        OK
        + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(gzip.compress(b"x" * 2000))
        + gzip.compress(b"x" * 2000),
        "decompressed body too large",
    ),
    "damage": (
        OK + b"Content-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello",
        "invalid gzip data",
    ),
    "truncation": (
        OK + b"Content-Encoding: gzip\r\nContent-Length: 15\r\n\r\n" + gzip.compress(b"x")[:15],
        "invalid gzip data",
    ),
    "lengths": (
        OK + b"Content-Length: 2, 4\r\n\r\nok",
        "Multiple unequal Content-Lengths",
    ),
    "both": (
        OK + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
        "Message with both Transfer-Encoding and Content-Length",
    ),
    "interim": (b"HTTP/1.1 100 Continue\r\n\r\n" * 11 + OK, "Too many 1xx responses"),
    "no content": (
        b"HTTP/1.1 204 No Content\r\nContent-Length: 4\r\n\r\nmore",
        "Response with code 204 should not have body",
    ),
}


@pytest.mark.parametrize("answer", list(REFUSED))
async def test_a_refusal_is_logged_and_raised_in_the_known_words(simple, serve, caplog, answer):
    sent, words = REFUSED[answer]
    peer = await serve(sent)
    caplog.set_level(logging.INFO, "tornado.general")
    with pytest.raises(HTTPProtocolError, match=words):
        await simple(max_body_size=1000).fetch(peer.url())
    (record,) = caplog.records
    assert record.levelname == "INFO"
    assert re.match(f"Malformed HTTP message from None: {words}", record.getMessage())
    assert record.getMessage().endswith(f"(127.0.0.1:{peer.port})")


async def test_a_response_that_is_cut_off_is_raised_and_not_logged(simple, serve, caplog):
    peer = await serve(OK + b"Content-Length: 50\r\n\r\nshort", close=True)
    caplog.set_level(logging.INFO, "tornado.general")
    with pytest.raises(HTTPProtocolError, match="45 bytes of the body missing"):
        await simple.fetch(peer.url())
    assert not caplog.records


async def test_curl_names_the_option_for_a_body_that_is_too_long(curl, serve):
    for answer in ("length", "no length", "gzip"):
        peer = await serve(REFUSED[answer][0])
        with pytest.raises(HTTPProtocolError, match="max_body_size"):
            await curl.fetch(peer.url(), max_body_size=1000)


@pytest.mark.parametrize("framing", [b"Content-Length: 4", b"Transfer-Encoding: chunked"])
async def test_no_content_with_a_body_is_refused(make, serve, framing):
    peer = await serve(b"HTTP/1.1 204 No Content\r\n" + framing + b"\r\n\r\n4\r\nmore\r\n0\r\n\r\n")
    with pytest.raises(HTTPProtocolError, match="204 should not have body"):
        await make.fetch(peer.url())


async def test_no_content_may_say_that_there_is_none(make, serve):
    peer = await serve(b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n")
    assert (await make.fetch(peer.url())).code == 204


async def test_not_modified_keeps_the_length_of_what_was_not_sent(make, serve):
    peer = await serve(b"HTTP/1.1 304 Not Modified\r\nContent-Length: 42\r\n\r\n")
    response = await make.fetch(peer.url(), raise_error=False)
    assert (response.headers["Content-Length"], response.body) == ("42", b"")


async def test_a_head_that_is_too_large_is_an_unsatisfiable_read(simple, serve, caplog):
    peer = await serve(serve.reply(b"", X_Long="x" * 2000))
    caplog.set_level(logging.INFO, "tornado.general")
    with pytest.raises(UnsatisfiableReadError) as caught:
        await simple(max_header_size=1000).fetch(peer.url())
    assert isinstance(caught.value, HTTPProtocolError)
    assert "Unsatisfiable read" in caplog.text


@pytest.mark.parametrize("location", ["ftp://example.com/", "h:5"])
async def test_a_redirect_to_another_scheme_is_a_value_error(make, serve, location):
    peer = await serve(serve.reply(b"", "302 Found", Location=location))
    with pytest.raises(ValueError, match="Unsupported url scheme") as caught:
        await make.fetch(peer.url())
    assert isinstance(caught.value, HTTPProtocolError)


async def test_the_header_callback_of_the_simple_client_gets_the_last_head_alone(simple, serve):
    def answer(location: str) -> bytes:
        return serve.reply(b"", "302 Found", Location=location)

    last = await serve(serve.reply(b"hello", X_Last="yes"))
    peer = await serve(answer(last.url()))
    lines: list[str] = []
    await simple.fetch(peer.url(), header_callback=lines.append)
    assert [line for line in lines if line.startswith("HTTP/")] == ["HTTP/1.1 200 OK\r\n"]
    lines.clear()
    response = await simple.fetch(
        peer.url(), header_callback=lines.append, follow_redirects=False, raise_error=False
    )
    assert (response.code, lines[0]) == (302, "HTTP/1.1 302 Found\r\n")


@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE", "OPTIONS"])
async def test_a_body_where_none_belongs_has_to_be_allowed(make, serve, method):
    peer = await serve(serve.reply())
    with pytest.raises(ValueError, match=f"Body must be None for method {method}"):
        await make.fetch(peer.url(), method=method, body=b"x")
    assert not peer.requests


async def test_the_user_agent_is_one_that_servers_know(make, serve):
    peer = await serve(serve.reply())
    await make.fetch(peer.url())
    assert peer.requests[0].fields["user-agent"] == "Tornado/6.6.1"


async def test_the_queue_of_a_client_holds_what_waits(simple, serve):
    peer = await serve(serve.reply())
    client = simple(max_clients=1)
    fetches = [client.fetch(peer.url()) for _ in range(3)]
    assert len(client.queue) == 2
    for fetch in fetches:
        await fetch
    assert not client.queue


def test_the_repr_of_a_response_names_its_class_and_code():
    response = HTTPResponse(HTTPRequest("http://example.com/"), 200)
    assert str(response) == (
        "HTTPResponse(code=200, reason='OK', effective_url='http://example.com/')"
    )


def test_a_request_proxy_gives_the_request_before_the_defaults():
    request = HTTPRequest("http://example.com/", user_agent="mine")
    proxy = _RequestProxy(request, {"user_agent": "default", "proxy_host": "p"})
    assert (proxy.user_agent, proxy.proxy_host, proxy.ca_certs) == ("mine", "p", None)
    assert _RequestProxy(request, None).proxy_host is None
    with pytest.raises(AttributeError):
        _ = proxy.nonsense
