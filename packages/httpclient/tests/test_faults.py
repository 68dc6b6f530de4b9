"""What can go wrong: one documented exception each, and a connection that is not used again."""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
from typing import Any

import pytest

from tornado.httpclient import (
    HTTPClientError,
    HTTPProtocolError,
    HTTPStreamClosedError,
    HTTPTimeoutError,
)
from tornado.netutil import Resolver

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"

#: name: (what the server sends before it closes, the exception)
ANSWERS = {
    "nothing": (b"", HTTPStreamClosedError),
    "cut head": (b"HTTP/1.1 200 OK\r\nContent-Le", HTTPClientError),
    "cut body": (OK + b"Content-Length: 100\r\n\r\nshort", HTTPStreamClosedError),
    "cut chunk": (CHUNKED + b"ff\r\nshort", HTTPStreamClosedError),
    "no last chunk": (CHUNKED + b"5\r\nhello\r\n", HTTPStreamClosedError),
    "bad chunk size": (CHUNKED + b"zz\r\nhello\r\n0\r\n\r\n", HTTPClientError),
    "bad end of chunk": (CHUNKED + b"5\r\nhelloXX0\r\n\r\n", HTTPClientError),
    "garbage": (b"\x00\x01\x02 garbage\r\n\r\n", HTTPClientError),
    "another protocol": (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", HTTPClientError),
    "bad length": (OK + b"Content-Length: x\r\n\r\n", HTTPClientError),
    "two lengths": (
        OK + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
        HTTPClientError,
    ),
    "a length and chunks": (
        OK + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        HTTPProtocolError,
    ),
    "a length of 5,000 digits": (
        OK + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\nhello",
        HTTPProtocolError,
    ),
    "endless 1xx": (b"HTTP/1.1 102 Processing\r\n\r\n" * 1000, HTTPProtocolError),
    "unasked upgrade": (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
        HTTPClientError,
    ),
    "damaged gzip": (
        OK + b"Content-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello",
        HTTPProtocolError,
    ),
}


@pytest.mark.parametrize("name", list(ANSWERS))
async def test_a_broken_answer_gives_its_exception_and_costs_the_connection(make, serve, name):
    answer, error = ANSWERS[name]
    # If the end of the connection is not the fault itself, the client has to close it.
    peer = await serve(answer, close=name in {"nothing", "no last chunk"} or name.startswith("cut"))
    client = make()
    for count in (1, 2):
        with pytest.raises(error) as caught:
            await client.fetch(peer.url(), method="POST", body=b"", request_timeout=5)
        assert caught.value.code == 599
        assert str(caught.value)
        if make.name == "simple" and name != "nothing":
            assert isinstance(caught.value, HTTPProtocolError)
        assert peer.connections == count


async def test_an_endless_head_is_cut_off(make, serve):
    async def answer(request: Any, writer: asyncio.StreamWriter) -> None:
        writer.write(OK)
        for number in range(100_000):
            writer.write(b"X-%d: %s\r\n" % (number, b"x" * 100))
            await writer.drain()

    peer = await serve(answer)
    with pytest.raises(HTTPClientError) as caught:
        await make.fetch(peer.url())
    assert caught.value.code == 599


async def test_a_reset_within_the_body_is_an_error(make, serve):
    async def answer(request: Any, writer: asyncio.StreamWriter) -> bool:
        writer.write(OK + b"Content-Length: 100\r\n\r\nshort")
        await writer.drain()
        await asyncio.sleep(0.05)
        sock = writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()
        return False

    peer = await serve(answer)
    with pytest.raises((ConnectionResetError, HTTPStreamClosedError)):
        await make.fetch(peer.url(), method="POST", body=b"")


async def test_a_redirect_loop_ends_with_the_last_redirect(make, serve):
    peer = await serve(serve.reply(b"", "302 Found", Location="/again"))
    with pytest.raises(HTTPClientError) as caught:
        await make.fetch(peer.url(), max_redirects=4)
    assert caught.value.code == 302
    assert len(peer.requests) == 5


async def test_a_refused_connection_is_an_error(make):
    with pytest.raises((ConnectionRefusedError, HTTPClientError)):
        await make.fetch("http://127.0.0.1:1/")


async def test_a_name_that_cannot_be_resolved_is_an_error(make):
    with pytest.raises((OSError, HTTPClientError)):
        await make.fetch("http://does-not-exist.invalid/", connect_timeout=10)


async def test_a_certificate_of_an_unknown_authority_is_refused(make, serve, authority):
    peer = await serve(serve.reply(), tls=authority.server)
    with pytest.raises((ssl.SSLCertVerificationError, HTTPClientError)):
        await make.fetch(peer.url())
    assert not peer.requests
    response = await make.fetch(peer.url(), validate_cert=False)
    assert response.body == b"hello"


async def test_a_certificate_of_another_host_is_refused(make, serve, authority):
    peer = await serve(serve.reply(), tls=authority.other_host)
    with pytest.raises((ssl.SSLCertVerificationError, HTTPClientError)):
        await make.fetch(peer.url(), ca_certs=authority.file)
    assert not peer.requests


async def test_a_server_without_tls_is_refused(make):
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(refuse, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    with pytest.raises((ssl.SSLError, HTTPClientError)) as caught:
        await make.fetch(f"https://127.0.0.1:{port}/")
    assert not isinstance(caught.value, HTTPTimeoutError)
    server.close()


# Slow servers: the message names the phase.


async def silence(request: Any, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(60)


async def half_a_body(request: Any, writer: asyncio.StreamWriter) -> None:
    writer.write(OK + b"Content-Length: 100\r\n\r\nshort")
    await asyncio.sleep(60)


@pytest.mark.parametrize(
    ("answer", "options", "phase", "words"),
    [
        (silence, {"head_timeout": 0.05}, "head", "while waiting for the head after 0.05 seconds"),
        (silence, {"request_timeout": 0.05}, "whole", "during request"),
        (half_a_body, {"body_timeout": 0.05}, "body", "while receiving the body after 0.05"),
        (half_a_body, {"request_timeout": 0.1}, "whole", "while receiving the body"),
    ],
)
async def test_a_slow_server_runs_into_the_deadline_of_its_phase(
    make, serve, answer, options, phase, words
):
    peer = await serve(answer)
    client = make()
    with pytest.raises(HTTPTimeoutError, match=words) as caught:
        await client.fetch(peer.url(), **options)
    assert caught.value.phase == phase
    assert caught.value.code == 599


async def test_the_whole_deadline_covers_all_redirects(make, serve):
    async def answer(request: Any, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.04)
        writer.write(serve.reply(b"", "302 Found", Location="/again"))

    peer = await serve(answer)
    with pytest.raises(HTTPTimeoutError):
        await make.fetch(peer.url(), max_redirects=100, request_timeout=0.14)
    assert len(peer.requests) <= 5


async def test_waiting_in_the_queue_has_a_deadline_of_its_own(make, serve):
    peer = await serve(silence)
    client = make(max_clients=1)
    first = client.fetch(peer.url())
    with pytest.raises(HTTPTimeoutError) as caught:
        await client.fetch(peer.url(), queue_timeout=0.05)
    assert caught.value.phase == "queue"
    assert str(caught.value) == "Timeout in request queue"
    assert caught.value.__notes__ == [f"after 0.05 seconds: 127.0.0.1:{peer.port}"]
    first.cancel()


async def test_a_tls_handshake_that_does_not_end_counts_as_connecting(make, serve):
    silent = socket.create_server(("127.0.0.1", 0))
    url = f"https://127.0.0.1:{silent.getsockname()[1]}/"
    with (
        silent,
        pytest.raises(HTTPTimeoutError, match=r"Timeout (while connecting to|during TLS)"),
    ):
        await make.fetch(url, connect_timeout=0.05)


async def test_a_tls_handshake_has_a_deadline_of_its_own(simple):
    silent = socket.create_server(("127.0.0.1", 0))
    url = f"https://127.0.0.1:{silent.getsockname()[1]}/"
    with silent, pytest.raises(HTTPTimeoutError) as caught:
        await simple.fetch(url, tls_timeout=0.05)
    assert caught.value.phase == "tls"
    host = url.removeprefix("https://").rstrip("/")
    assert str(caught.value) == f"Timeout during TLS handshake with {host}"
    assert caught.value.__notes__ == [f"after 0.05 seconds: {host}"]


class StuckResolver(Resolver):
    async def resolve(self, host: str, port: int, family: Any = 0) -> Any:
        await asyncio.sleep(60)


async def test_resolving_counts_as_connecting(simple):
    client = simple(resolver=StuckResolver())
    with pytest.raises(HTTPTimeoutError) as caught:
        await client.fetch("http://example.invalid/", connect_timeout=0.05)
    assert caught.value.phase == "connect"
    assert str(caught.value) == "Timeout while resolving example.invalid"
    assert caught.value.__notes__ == ["after 0.05 seconds: example.invalid"]


async def test_a_proxy_is_named_when_its_name_is_looked_up_for_too_long(simple):
    client = simple(resolver=StuckResolver())
    options = {"proxy_host": "proxy.invalid", "proxy_port": 3128, "connect_timeout": 0.05}
    with pytest.raises(HTTPTimeoutError, match=r"^Timeout while resolving proxy\.invalid"):
        await client.fetch("http://example.invalid/", **options)


async def test_a_server_that_accepts_no_connection_is_named(make, unanswered_port):
    with pytest.raises(HTTPTimeoutError) as caught:
        await make.fetch(f"http://127.0.0.1:{unanswered_port}/", connect_timeout=0.05)
    assert str(caught.value) == f"Timeout while connecting to 127.0.0.1:{unanswered_port}"
    assert caught.value.phase == "connect"
