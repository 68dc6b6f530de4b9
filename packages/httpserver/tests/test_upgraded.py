"""Connections that another protocol has taken over, and the end of their server."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from typing import Any

import pytest

from tornado.httputil import HTTPHeaders, HTTPServerRequest

Serve = Callable[..., Any]


class Lines:
    """A protocol that sends a last line before it closes."""

    def __init__(self, *, is_polite: bool = True) -> None:
        self.is_polite = is_polite
        self.calls: list[str] = []

    def __call__(self, request: HTTPServerRequest) -> None:
        connection: Any = request.connection
        self.forget = connection.context.adopt(self)
        connection.respond(101, "Switching Protocols", HTTPHeaders({"Upgrade": "lines"}), b"")
        self.stream = connection.detach()
        self.stream.set_close_callback(self.forget)

    def go_away(self) -> None:
        if self.calls:
            return
        self.calls.append("go away")
        self.stream.write(b"goodbye")
        if self.is_polite:
            self.stream.close_when_written()

    def abort(self) -> None:
        self.calls.append("abort")
        self.stream.close()


def connect(port: int) -> socket.socket:
    client = socket.create_connection(("127.0.0.1", port), timeout=20)
    client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: lines\r\n\r\n")
    head = b""
    while b"\r\n\r\n" not in head:
        head += client.recv(1000)
    assert head.startswith(b"HTTP/1.1 101 ")
    return client


def received(client: socket.socket) -> bytes:
    with client:
        data = b""
        while piece := client.recv(1000):
            data += piece
        return data


def end(server: Any, how: str, **options: Any) -> None:
    server.call(lambda: getattr(server.server, how)(**options))


@pytest.mark.parametrize("how", ["close_all_connections", "drain"])
def test_an_upgraded_connection_is_told_to_go_away(serve: Serve, how: str) -> None:
    lines = Lines()
    server = serve(lines)
    client = connect(server.port)
    end(server, how)
    assert received(client) == b"goodbye"
    assert lines.calls == ["go away"]


@pytest.mark.parametrize(
    ("how", "options"), [("close_all_connections", {}), ("drain", {"timeout": 0.05})]
)
def test_an_upgraded_connection_that_stays_is_cut_off(
    serve: Serve, how: str, options: dict[str, float]
) -> None:
    lines = Lines(is_polite=False)
    server = serve(lines)
    client = connect(server.port)
    end(server, how, **options)
    assert received(client) == b"goodbye"
    assert lines.calls == ["go away", "abort"]


def test_an_upgraded_connection_that_has_ended_is_forgotten(serve: Serve) -> None:
    lines = Lines()
    server = serve(lines)
    connect(server.port).close()
    deadline = time.monotonic() + 20
    while server.server._upgraded:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    end(server, "close_all_connections")
    assert lines.calls == []
