"""A server on a thread of its own, and a client that sends bytes."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import trustme

from tornado.httpserver import HTTPServer
from tornado.httputil import HTTPHeaders, HTTPServerRequest


class Client:
    """A plain socket, with a deadline on everything."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self._ahead = b""

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def read_until_close(self) -> bytes:
        pieces = [self._ahead]
        self._ahead = b""
        while piece := self.socket.recv(65536):
            pieces.append(piece)
        return b"".join(pieces)

    def read_response(self) -> tuple[int, dict[str, str], bytes]:
        """Read one response with a Content-Length: status, fields in lower case, body."""
        data, self._ahead = self._ahead, b""
        while b"\r\n\r\n" not in data:
            piece = self.socket.recv(65536)
            if not piece:
                raise EOFError(data)
            data += piece
        head, _, body = data.partition(b"\r\n\r\n")
        status_line, *lines = head.decode("latin-1").split("\r\n")
        fields = {}
        for line in lines:
            name, _, value = line.partition(": ")
            fields[name.lower()] = value
        length = int(fields.get("content-length", "0"))
        body, self._ahead = body[:length], body[length:]
        missing = length - len(body)
        while missing > 0:
            piece = self.socket.recv(missing)
            if not piece:
                raise EOFError(data)
            body += piece
            missing -= len(piece)
        return int(status_line.split(" ")[1]), fields, body


class Running:
    """A running server."""

    def __init__(self, application: Any, options: dict[str, Any]) -> None:
        self._application = application
        self._options = options
        self._started = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self._clients: list[Client] = []
        self._thread.start()
        if not self._started.wait(10):
            raise RuntimeError("the server did not start")

    async def _serve(self) -> None:
        self.loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        self.server = HTTPServer(self._application, **self._options)
        sock = socket.create_server(("127.0.0.1", 0))
        self.port: int = sock.getsockname()[1]
        self.server.add_socket(sock)
        self._started.set()
        await self._stop.wait()
        self.server.stop()
        await self.server.close_all_connections()

    def connect(self) -> Client:
        client = Client(self.port)
        self._clients.append(client)
        return client

    def exchange(self, data: bytes) -> bytes:
        """Send bytes on a new connection, and read until the server closes."""
        client = self.connect()
        client.send(data)
        return client.read_until_close()

    def call(self, function: Callable[[], Any]) -> Any:
        """Call a function, or run a coroutine function, on the server's loop."""

        async def caller() -> Any:
            result = function()
            return await result if asyncio.iscoroutine(result) else result

        return asyncio.run_coroutine_threadsafe(caller(), self.loop).result(10)

    def close(self) -> None:
        for client in self._clients:
            client.socket.close()
        self.loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)


Serve = Callable[..., Running]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Start servers: ``serve(application, **options)``."""
    running: list[Running] = []

    def start(application: Any = None, **options: Any) -> Running:
        server = Running(application or echo, options)
        running.append(server)
        return server

    yield start
    for server in running:
        server.close()


class Tls:
    """Contexts for both sides of a connection."""

    def __init__(self) -> None:
        authority = trustme.CA()
        self.server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("localhost", "127.0.0.1").configure_cert(self.server)
        self.client = ssl.create_default_context()
        authority.configure_trust(self.client)


@pytest.fixture(scope="session")
def tls() -> Tls:
    return Tls()


def echo(request: HTTPServerRequest) -> None:
    """Answer with the method, the target and the body of the request."""
    body = f"{request.method} {request.uri} ".encode() + request.body
    connection: Any = request.connection
    connection.respond(200, "OK", HTTPHeaders({"Content-Type": "text/plain"}), body)
