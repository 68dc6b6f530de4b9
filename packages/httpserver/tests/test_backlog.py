"""What the system holds for clients that do not read (S8)."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from typing import Any

import pytest

from tornado.httputil import HTTPHeaders, HTTPServerRequest

Serve = Callable[..., Any]

GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"

SIZE = 1_000_000


@pytest.mark.skipif(not hasattr(socket, "TCP_NOTSENT_LOWAT"), reason="the system has no such bound")
def test_s8_a_client_that_reads_nothing_gets_little_work_done(serve: Serve) -> None:
    """Of three requests one is served, and most of its response waits with us and is not copied."""
    served: list[HTTPServerRequest] = []

    def large(request: HTTPServerRequest) -> None:
        served.append(request)
        connection: Any = request.connection
        connection.respond(200, "OK", HTTPHeaders(), b"x" * SIZE)

    server = serve(large)
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.settimeout(10)
    client.connect(("127.0.0.1", server.port))
    client.sendall(GET * 3)
    deadline = time.monotonic() + 10
    while not served and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(0.1)
    (connection,) = server.server._connections
    assert connection.stream.write_buffer_size > SIZE * 0.6
    assert len(served) == 1
    received = 0
    while received < 3 * SIZE:
        received += len(client.recv(1 << 20))
    assert len(served) == 3
    client.close()
