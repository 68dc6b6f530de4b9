"""The PROXY protocol: who may send its header, and what it says (S22)."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from tornado.httpserver._proxy_protocol import ProxyHeader, ProxyHeaderError
from tornado.httputil import HTTPHeaders, HTTPServerRequest

Serve = Callable[..., Any]

SIGNATURE = b"\r\n\r\n\x00\r\nQUIT\n"
GET = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


def binary(command: int, kind: int, rest: bytes) -> bytes:
    return SIGNATURE + struct.pack("!BBH", command, kind, len(rest)) + rest


FOUR = socket.inet_aton("1.2.3.4") + socket.inet_aton("5.6.7.8") + struct.pack("!HH", 1000, 80)
SIX = socket.inet_pton(socket.AF_INET6, "2001:db8::1") * 2 + struct.pack("!HH", 1000, 80)

GOOD: dict[str, tuple[bytes, Any]] = {
    "TCP4": (b"PROXY TCP4 1.2.3.4 5.6.7.8 1000 80\r\n", ("1.2.3.4", 1000)),
    "TCP6": (b"PROXY TCP6 2001:db8::1 ::1 1000 80\r\n", ("2001:db8::1", 1000, 0, 0)),
    "unknown": (b"PROXY UNKNOWN\r\n", None),
    "unknown with more": (b"PROXY UNKNOWN ffff::1 ffff::2 65535 65535\r\n", None),
    "binary IPv4": (binary(0x21, 0x11, FOUR), ("1.2.3.4", 1000)),
    "binary IPv6": (binary(0x21, 0x21, SIX), ("2001:db8::1", 1000, 0, 0)),
    "binary with extensions": (binary(0x21, 0x11, FOUR + b"\x03\x00\x04abcd"), ("1.2.3.4", 1000)),
    "binary, of the proxy itself": (binary(0x20, 0x00, b""), None),
    "binary, of a Unix socket": (binary(0x21, 0x31, b"a" * 216), None),
}

BAD = {
    "HTTP": GET,
    "another word": b"PROXI TCP4 1.2.3.4 5.6.7.8 1000 80\r\n",
    "a bad address": b"PROXY TCP4 1.2.3 5.6.7.8 1000 80\r\n",
    "an address of the other family": b"PROXY TCP4 ::1 5.6.7.8 1000 80\r\n",
    "a bad destination": b"PROXY TCP4 1.2.3.4 nowhere 1000 80\r\n",
    "a leading zero": b"PROXY TCP4 1.2.3.4 5.6.7.8 01000 80\r\n",
    "a port too high": b"PROXY TCP4 1.2.3.4 5.6.7.8 70000 80\r\n",
    "two spaces": b"PROXY  TCP4 1.2.3.4 5.6.7.8 1000 80\r\n",
    "a bare LF": b"PROXY TCP4 1.2.3.4 5.6.7.8 1000 80\n\r\n",
    "a line without end": b"PROXY UNKNOWN " + b"a" * 200,
    "another version": binary(0x11, 0x11, FOUR),
    "another command": binary(0x22, 0x11, FOUR),
    "too short": binary(0x21, 0x11, FOUR[:-1]),
    "too long": SIGNATURE + b"\x21\x11\xff\xff",
}


def read(stream: bytes, size: int) -> tuple[Any, bytes]:
    """Return the source that the header names, and the bytes after it."""
    header = ProxyHeader()
    while not header.done:
        stream = stream[header.feed(stream[:size]) :]
    return header.source, stream


@pytest.mark.parametrize("name", GOOD)
def test_s22_a_header_is_read_however_it_is_cut_and_not_a_byte_more(name: str) -> None:
    data, source = GOOD[name]
    for size in (1, 5, 12, 16, len(data), 5000):
        assert read(data + GET, size) == (source, GET)


@pytest.mark.parametrize("name", BAD)
def test_s22_what_is_no_header_is_refused_however_it_is_cut(name: str) -> None:
    for size in (1, 5, 16, 5000):
        with pytest.raises(ProxyHeaderError):
            read(BAD[name] + b"x" * 200, size)


def who(request: HTTPServerRequest) -> None:
    connection: Any = request.connection
    connection.respond(200, "OK", HTTPHeaders(), f"{request.remote_ip} {request.protocol}".encode())


@pytest.mark.parametrize("name", GOOD)
def test_s22_a_known_proxy_says_who_the_client_is(serve: Serve, name: str) -> None:
    data, source = GOOD[name]
    server = serve(who, proxy_protocol=["127.0.0.0/8"])
    expected = f"{source[0] if source else '127.0.0.1'} http".encode()
    assert server.exchange(data + GET).endswith(b"\r\n\r\n" + expected)
    client = server.connect()
    for at in range(len(data)):
        client.send(data[at : at + 1])
        time.sleep(0.001)
    client.send(GET)
    assert client.read_until_close().endswith(b"\r\n\r\n" + expected)


def test_s22_a_header_of_anybody_else_is_an_error(serve: Serve) -> None:
    data = GOOD["TCP4"][0] + GET
    for options in ({"proxy_protocol": ["10.0.0.0/8"]}, {}):
        assert serve(who, **options).exchange(data).startswith(b"HTTP/1.1 400 ")


def test_s22_a_known_proxy_must_send_a_header(serve: Serve) -> None:
    server = serve(who, proxy_protocol=["127.0.0.1"])
    client = server.connect()
    client.send(GET)
    with suppress(ConnectionResetError):  # it closes with our bytes unread
        assert client.read_until_close() == b""


def test_s8_a_header_that_does_not_come_has_a_deadline(serve: Serve) -> None:
    client = serve(who, proxy_protocol=["127.0.0.1"], handshake_timeout=0.1).connect()
    client.send(b"PROXY ")
    assert client.read_until_close() == b""


def test_limits_per_address_count_the_client_after_the_proxy(serve: Serve) -> None:
    server = serve(who, proxy_protocol=["127.0.0.1"], max_connections_per_address=1)
    clients = []
    for number in range(3):
        client = server.connect()
        client.send(b"PROXY TCP4 1.2.3.%d 5.6.7.8 1000 80\r\n" % number)
        client.send(GET.replace(b"Connection: close\r\n", b""))
        assert client.read_response()[2] == b"1.2.3.%d http" % number
        clients.append(client)
    assert server.exchange(b"PROXY TCP4 1.2.3.1 5.6.7.8 1000 80\r\n") == b""


def test_the_header_precedes_a_tls_handshake(serve: Serve, tls: Any) -> None:
    server = serve(who, proxy_protocol=["127.0.0.1"], ssl_options=tls.server)
    raw = socket.create_connection(("127.0.0.1", server.port), timeout=10)
    raw.sendall(GOOD["binary IPv4"][0])
    with tls.client.wrap_socket(raw, server_hostname="127.0.0.1") as client:
        client.sendall(GET)
        data = b""
        while piece := client.recv(65536):
            data += piece
    assert data.endswith(b"1.2.3.4 https")
