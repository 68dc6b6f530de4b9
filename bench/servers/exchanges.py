"""Do one thing a number of times in one process: `python exchanges.py hello 1000`.

A program to count the instructions of, see `bench/instructions.py`. Upstream and ours run this
same file. The other end of each connection is a bare socket in the same loop, whose share is
small and the same for both.
"""

from __future__ import annotations

import asyncio
import socket
import sys
import zlib
from typing import TYPE_CHECKING, Any

from tornado.httpclient import HTTPRequest
from tornado.httpserver import HTTPServer
from tornado.iostream import IOStream
from tornado.simple_httpclient import SimpleAsyncHTTPClient
from tornado.web import Application, RequestHandler
from tornado.websocket import WebSocketHandler

if TYPE_CHECKING:
    from collections.abc import Callable

_BROWSER_FIELDS = (
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36",
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8",
    "Accept-Language: en-US,en;q=0.9,de;q=0.8",
    "Accept-Encoding: gzip, deflate, br, zstd",
    "Cache-Control: max-age=0",
    "Upgrade-Insecure-Requests: 1",
    "Sec-Fetch-Site: none",
    "Sec-Fetch-Mode: navigate",
    "Sec-Fetch-User: ?1",
    "Sec-Fetch-Dest: document",
    "Cookie: theme=dark; session=0123456789abcdef0123456789abcdef",
)


class Hello(RequestHandler):
    """The handler of the hello cases."""

    def get(self) -> None:
        """Answer a small page."""
        self.write("Hello, world")


class OwnField(RequestHandler):
    """A handler with one field of its own."""

    def get(self) -> None:
        """Answer a small page with a field."""
        self.set_header("X-Request-Kind", "page")
        self.write("Hello, world")


class Echo(WebSocketHandler):
    """The handler of the websocket cases."""

    def get_compression_options(self) -> dict[str, Any]:
        """Compress where the client asks for it."""
        return {}

    def on_message(self, message: str | bytes) -> None:
        """Send a message back."""
        self.write_message(message, isinstance(message, bytes))


class Peer:
    """The other end of a connection: sends a message, waits for its answer, and again."""

    def __init__(self, sock: socket.socket, message: bytes, size: Callable[[bytes], int]) -> None:
        self._sock = sock
        self._message = message
        self._size = size
        self._expected = 0
        self._received = 0
        self._left = 0
        self._done = asyncio.get_running_loop().create_future()
        sock.setblocking(False)
        asyncio.get_running_loop().add_reader(sock, self._read)

    async def exchange(self, count: int) -> None:
        """Send the message so many times, each after the answer to the one before."""
        self._left = count
        self._sock.sendall(self._message)
        await self._done

    def _read(self) -> None:
        data = self._sock.recv(65536)
        if not data:
            self._done.set_exception(ConnectionError("the connection was closed"))
            return
        if not self._expected:
            self._expected = self._size(data)
        self._received += len(data)
        if self._received < self._expected:
            return
        self._received = 0
        self._left -= 1
        if self._left:
            self._sock.sendall(self._message)
        else:
            asyncio.get_running_loop().remove_reader(self._sock)
            self._done.set_result(None)


def response_size(data: bytes) -> int:
    """Return the length of a response from its first bytes, which hold its head."""
    head, _, _ = data.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise ValueError(f"unexpected answer: {head[:60]!r}")
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return len(head) + 4 + int(value)
    raise ValueError("an answer without Content-Length")


async def serve(count: int, handler: type[RequestHandler], *fields: str) -> None:
    """Answer requests of one connection."""
    near, far = socket.socketpair()
    server = HTTPServer(Application([(r"/", handler)]))
    server.handle_stream(IOStream(near), ("127.0.0.1", 1))
    head = "\r\n".join(("GET / HTTP/1.1", "Host: localhost", *fields, "", ""))
    await Peer(far, head.encode(), response_size).exchange(count)


async def serve_many(count: int, connections: int) -> None:
    """Answer requests of many connections, of which most are ready in each turn of the loop."""
    server = HTTPServer(Application([(r"/", Hello)]))
    peers = []
    for _ in range(connections):
        near, far = socket.socketpair()
        server.handle_stream(IOStream(near), ("127.0.0.1", 1))
        peers.append(Peer(far, b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", response_size))
    await asyncio.gather(*(peer.exchange(count // connections) for peer in peers))


def message_frame(size: int, *, deflate: bool) -> bytes:
    """Return the masked frame of a binary message."""
    payload, first = (b"0123456789abcdef" * (size // 16 + 1))[:size], 0x82
    if deflate:
        compressor = zlib.compressobj(wbits=-15)
        payload = (compressor.compress(payload) + compressor.flush(zlib.Z_SYNC_FLUSH))[:-4]
        first |= 0x40
    width = 0 if len(payload) < 126 else 2 if len(payload) < 65536 else 8
    length = bytes((0x80 | len(payload),)) if not width else bytes((0xFE if width == 2 else 0xFF,))
    key = b"\x37\xfa\x21\x3d"
    mask = key * (len(payload) // 4 + 1)
    masked = bytes(byte ^ other for byte, other in zip(payload, mask, strict=False))
    return bytes((first,)) + length + len(payload).to_bytes(8)[8 - width :] + key + masked


def frame_size(data: bytes) -> int:
    """Return the length of a server's frame from its first bytes, which hold its head."""
    width = {126: 2, 127: 8}.get(data[1], 0)
    return 2 + width + (int.from_bytes(data[2 : 2 + width]) if width else data[1])


async def serve_websocket(count: int, size: int, *, deflate: bool = False) -> None:
    """Send the messages of one connection back."""
    near, far = socket.socketpair()
    for sock in (near, far):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 19)
    server = HTTPServer(Application([(r"/", Echo)]))
    server.handle_stream(IOStream(near), ("127.0.0.1", 1))
    fields = ["Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13"]
    fields.append("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")
    if deflate:
        extension = "permessage-deflate; server_no_context_takeover; client_no_context_takeover"
        fields.append(f"Sec-WebSocket-Extensions: {extension}")
    far.setblocking(False)
    far.send("\r\n".join(("GET / HTTP/1.1", "Host: localhost", *fields, "", "")).encode())
    answer = await asyncio.get_running_loop().sock_recv(far, 65536)
    if not answer.startswith(b"HTTP/1.1 101") or deflate != (b"permessage" in answer):
        raise ValueError(f"unexpected answer: {answer[:300]!r}")
    await Peer(far, message_frame(size, deflate=deflate), frame_size).exchange(count)


async def echo(count: int) -> None:
    """Return messages of 64 bytes by a read of a count and a write."""
    near, far = socket.socketpair()
    stream = IOStream(near)

    async def answer() -> None:
        while True:
            await stream.write(await stream.read_bytes(64))

    task = asyncio.get_running_loop().create_task(answer())
    await Peer(far, b"x" * 64, len).exchange(count)
    task.cancel()


async def fetch(count: int) -> None:
    """Fetch a page from a bare server, one at a time."""
    response = (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 12\r\n\r\nHello, world"
    )
    loop = asyncio.get_running_loop()
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setblocking(False)

    def accept() -> None:
        sock, _ = listener.accept()
        sock.setblocking(False)
        loop.add_reader(sock, answer, sock)

    def answer(sock: socket.socket) -> None:
        if sock.recv(65536):
            sock.send(response)
        else:
            loop.remove_reader(sock)
            sock.close()

    loop.add_reader(listener, accept)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
    client = SimpleAsyncHTTPClient(force_instance=True)
    for _ in range(count):
        await client.fetch(HTTPRequest(url))
    client.close()
    loop.remove_reader(listener)


OPERATIONS = {
    "hello": lambda count: serve(count, Hello),
    "hello-browser": lambda count: serve(count, Hello, *_BROWSER_FIELDS),
    "own-field": lambda count: serve(count, OwnField),
    "hello-many": lambda count: serve_many(count, 20),
    "echo": echo,
    "fetch": fetch,
    "websocket": lambda count: serve_websocket(count, 125),
    "websocket-64k": lambda count: serve_websocket(count, 65536),
    "websocket-deflate": lambda count: serve_websocket(count, 1024, deflate=True),
}

if __name__ == "__main__":
    asyncio.run(OPERATIONS[sys.argv[1]](int(sys.argv[2])))
