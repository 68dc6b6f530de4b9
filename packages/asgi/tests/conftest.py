"""Servers on a thread of their own, and a client that sends bytes."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest

from tornado.httpserver import HTTPServer

#: Seconds within which everything happens on the slowest machine.
PATIENCE = 30


class Response(NamedTuple):
    """What a client read."""

    status: int
    fields: dict[str, str]
    body: bytes


class Client:
    """A plain socket, with a deadline on everything."""

    def __init__(self, address: Any, family: int = socket.AF_INET) -> None:
        self.socket = socket.socket(family)
        self.socket.settimeout(PATIENCE)
        self.socket.connect(address)
        self._ahead = b""

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def get(self, path: str = "/", fields: str = "") -> Response:
        """Send a GET request and read its answer."""
        self.send(f"GET {path} HTTP/1.1\r\nHost: example\r\n{fields}\r\n".encode())
        return self.read_response()

    def read_some(self) -> bytes:
        """Read what there is; nothing at the end of the connection."""
        data, self._ahead = self._ahead, b""
        return data or self.socket.recv(65536)

    def read_until_close(self) -> bytes:
        pieces = [self._ahead]
        self._ahead = b""
        while piece := self.socket.recv(65536):
            pieces.append(piece)
        return b"".join(pieces)

    def read_until(self, end: bytes) -> bytes:
        """Read up to and with `end`."""
        data = self._ahead
        while end not in data:
            piece = self.socket.recv(65536)
            if not piece:
                raise EOFError(data)
            data += piece
        at = data.index(end) + len(end)
        self._ahead = data[at:]
        return data[:at]

    def read_head(self) -> tuple[int, dict[str, str]]:
        """Read the head of an answer: the status, and the fields in lower case."""
        status_line, *lines = self.read_until(b"\r\n\r\n")[:-4].decode("latin-1").split("\r\n")
        pairs = [line.partition(": ")[::2] for line in lines]
        fields: dict[str, str] = {}
        for name, value in pairs:
            known = fields.get(name.lower())
            fields[name.lower()] = value if known is None else f"{known}, {value}"
        return int(status_line.split(" ")[1]), fields

    def read_response(self) -> Response:
        """Read one answer, whose body has a length or comes in chunks."""
        status, fields = self.read_head()
        if fields.get("transfer-encoding") == "chunked":
            return Response(status, fields, self.read_chunked())
        if "content-length" in fields:
            return Response(status, fields, self.read_exactly(int(fields["content-length"])))
        return Response(status, fields, b"")

    def read_exactly(self, count: int) -> bytes:
        data = self._ahead
        while len(data) < count:
            piece = self.socket.recv(65536)
            if not piece:
                raise EOFError(data)
            data += piece
        self._ahead = data[count:]
        return data[:count]

    def read_chunk(self) -> bytes:
        """Read one chunk of a body; the last one is empty."""
        size = int(self.read_until(b"\r\n"), 16)
        return self.read_exactly(size + 2)[:-2] if size else b""

    def read_chunked(self) -> bytes:
        body = b"".join(iter(self.read_chunk, b""))
        self.read_until(b"\r\n")
        return body

    def close(self) -> None:
        self.socket.close()


class Running:
    """A running server."""

    def __init__(self, application: Any, options: dict[str, Any]) -> None:
        self._application = application
        self._options = options
        self._started = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self._clients: list[Client] = []
        self._thread.start()
        if not self._started.wait(PATIENCE):
            raise RuntimeError("the server did not start")

    async def _serve(self) -> None:
        self.loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        self.server = HTTPServer(self._application, **self._options)
        listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = listener.getsockname()[1]
        self.server.add_socket(listener)
        self._started.set()
        await self._stop.wait()
        self.server.stop()
        await self.server.close_all_connections()

    def connect(self) -> Client:
        """Connect a client."""
        self._clients.append(Client(("127.0.0.1", self.port)))
        return self._clients[-1]

    def get(self, path: str = "/", fields: str = "") -> Response:
        """Send a GET request on a connection of its own."""
        return self.connect().get(path, fields)

    def call(self, function: Callable[[], Any]) -> Any:
        """Call a function, or run a coroutine function, on the server's loop."""

        async def caller() -> Any:
            result = function()
            return await result if asyncio.iscoroutine(result) else result

        return asyncio.run_coroutine_threadsafe(caller(), self.loop).result(PATIENCE)

    def close(self) -> None:
        """Stop the server and wait for its end; a second call has nothing to do."""
        for client in self._clients:
            client.close()
        if self.loop.is_closed():
            return
        self.loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(PATIENCE)


@pytest.fixture
def serve() -> Iterator[Callable[..., Running]]:
    """Start servers: ``serve(application, **options)``."""
    running: list[Running] = []

    def start(application: Any, **options: Any) -> Running:
        running.append(Running(application, options))
        return running[-1]

    yield start
    for each in running:
        each.close()
