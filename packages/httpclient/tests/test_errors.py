"""The errors of either client, as programs catch them and read them."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Iterator
from typing import Any

import pycurl
import pytest

from tornado import httpclient, simple_httpclient
from tornado.curl_httpclient import CurlError
from tornado.httpclient import HTTPClientError, HTTPError
from tornado.simple_httpclient import HTTPStreamClosedError, HTTPTimeoutError


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port that is bound, so that it is not given away, but not listened on."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        yield sock.getsockname()[1]


# The classes.


def test_the_simple_client_names_the_errors_of_both() -> None:
    assert simple_httpclient.HTTPTimeoutError is httpclient.HTTPTimeoutError
    assert simple_httpclient.HTTPStreamClosedError is httpclient.HTTPStreamClosedError


@pytest.mark.parametrize(
    "error", [HTTPTimeoutError("words"), HTTPStreamClosedError("words"), CurlError(7, "words")]
)
def test_what_fails_without_a_status_has_599(error: Any) -> None:
    assert isinstance(error, HTTPError)
    assert (error.code, error.message, error.response) == (599, "words", None)
    assert repr(error) == "HTTP 599: words"


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (HTTPTimeoutError("too late"), "too late"),
        (HTTPTimeoutError(message=""), "Unknown"),
        (HTTPStreamClosedError("gone"), "gone"),
        (CurlError(7, "refused"), "HTTP 599: refused"),
        (CurlError(errno=7, message=""), "HTTP 599: Unknown"),
    ],
)
def test_errors_say_what_went_wrong(error: Exception, text: str) -> None:
    assert str(error) == text


def test_an_error_of_libcurl_has_its_number() -> None:
    assert CurlError(pycurl.E_COULDNT_CONNECT, "words").errno == pycurl.E_COULDNT_CONNECT
    assert CurlError(message="words", errno=6).errno == 6


# What libcurl reports.


async def test_a_refused_connection_is_numbered_by_libcurl(curl, closed_port):
    with pytest.raises(CurlError, match=f"127.0.0.1:{closed_port}") as caught:
        await curl.fetch(f"http://127.0.0.1:{closed_port}/")
    assert (caught.value.errno, caught.value.code) == (pycurl.E_COULDNT_CONNECT, 599)
    assert caught.value.response is None


async def test_a_name_that_cannot_be_resolved_is_numbered_by_libcurl(curl):
    with pytest.raises(CurlError, match=r"nowhere\.invalid") as caught:
        await curl.fetch("http://nowhere.invalid/")
    assert caught.value.errno == pycurl.E_COULDNT_RESOLVE_HOST


async def test_the_error_for_an_unknown_authority_has_the_number_of_libcurl(curl, serve, authority):
    peer = await serve(serve.reply(), tls=authority.server)
    with pytest.raises(CurlError) as caught:
        await curl.fetch(peer.url())
    assert caught.value.errno == pycurl.E_PEER_FAILED_VERIFICATION
    assert not peer.requests


async def test_an_error_of_libcurl_is_raised_whatever_the_status_may_be(curl, closed_port):
    with pytest.raises(CurlError):
        await curl.fetch(f"http://127.0.0.1:{closed_port}/", raise_error=False)


async def test_a_classic_callback_gets_an_error_of_libcurl_in_the_response(curl, closed_port):
    done = asyncio.get_running_loop().create_future()
    assert curl.fetch(f"http://127.0.0.1:{closed_port}/", callback=done.set_result) is None
    response = await done
    assert isinstance(response.error, CurlError)
    assert (response.error.errno, response.code) == (pycurl.E_COULDNT_CONNECT, 599)


async def test_the_handle_is_good_again_after_an_error_of_libcurl(curl, serve, closed_port):
    peer = await serve(serve.reply(b"fine"))
    for _ in range(3):
        with pytest.raises(CurlError):
            await curl.fetch(f"http://127.0.0.1:{closed_port}/")
        assert (await curl.fetch(peer.url())).body == b"fine"


# What the simple client reports.


async def test_the_simple_client_leaves_errors_of_the_network_as_they_are(
    simple, serve, authority, closed_port
):
    with pytest.raises(ConnectionRefusedError):
        await simple.fetch(f"http://127.0.0.1:{closed_port}/")
    with pytest.raises(socket.gaierror):
        await simple.fetch("http://nowhere.invalid/")
    peer = await serve(serve.reply(), tls=authority.server)
    with pytest.raises(ssl.SSLCertVerificationError):
        await simple.fetch(peer.url())


# Deadlines.


async def silence(request: Any, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(60)


async def test_a_deadline_is_caught_by_the_name_of_the_simple_client(make, serve):
    peer = await serve(silence)
    with pytest.raises(HTTPTimeoutError) as caught:
        await make.fetch(peer.url(), request_timeout=0.05)
    error = caught.value
    assert (error.code, error.response, error.phase) == (599, None, "whole")
    assert str(error) == error.message
    assert str(error).startswith("Timeout during request")
    assert f"127.0.0.1:{peer.port}" in str(error)


async def test_a_deadline_is_raised_whatever_the_status_may_be(make, serve):
    peer = await serve(silence)
    with pytest.raises(HTTPTimeoutError):
        await make.fetch(peer.url(), request_timeout=0.05, raise_error=False)


async def test_a_classic_callback_gets_the_deadline_in_the_response(make, serve):
    peer = await serve(silence)
    done = asyncio.get_running_loop().create_future()
    assert make.fetch(peer.url(), request_timeout=0.05, callback=done.set_result) is None
    response = await done
    assert isinstance(response.error, HTTPTimeoutError)
    assert response.code == 599
    with pytest.raises(HTTPClientError, match="Timeout during request"):
        response.rethrow()


def test_an_error_made_by_hand_says_the_phrase_of_its_code():
    error = HTTPClientError(404)
    assert (error.code, error.message, error.response) == (404, "Not Found", None)
    assert str(HTTPError(599, "no answer")) == "HTTP 599: no answer"
