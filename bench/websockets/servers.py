"""The contestants: `python servers.py NAME`, prints its port, serves until it is ended.

Each sends back what it gets, in the way its documentation shows. With `deflate` after the name it
compresses as its peer asks for, with `tls=FILE` it serves TLS with the key and certificate of a
file. Contestants import what they need when they run, since each has an environment of its own.
"""

from __future__ import annotations

import asyncio
import ssl
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bench.harness.listening import announce, listening, run

DEFLATE = "deflate" in sys.argv[2:]
CERTIFICATE = next((part[4:] for part in sys.argv[2:] if part.startswith("tls=")), None)


#: Bytes that may wait for a client of `broadcast`.
MOST_UNSENT = 1 << 20


def tls() -> ssl.SSLContext | None:
    """Return the context of a TLS server, None for plain TCP."""
    if CERTIFICATE is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    return context


async def tornado() -> None:
    """Run a WebSocketHandler, the same program for ours and for upstream."""
    import logging

    from tornado.httpserver import HTTPServer
    from tornado.web import Application
    from tornado.websocket import WebSocketHandler

    class Echo(WebSocketHandler):
        def get_compression_options(self) -> dict[str, Any] | None:
            return {} if DEFLATE else None

        def on_message(self, message: str | bytes) -> None:
            self.write_message(message, isinstance(message, bytes))

    logging.getLogger("tornado.access").setLevel(logging.CRITICAL)
    sock = listening()
    HTTPServer(Application([("/", Echo)]), ssl_options=tls()).add_socket(sock)
    announce(sock)
    await asyncio.Event().wait()


async def broadcast() -> None:
    """Send each message to everybody by `tornado.websocket.broadcast`.

    A client of `/slow` is written more than it takes at the beginning, if it reads nothing.
    """
    from tornado.httpserver import HTTPServer
    from tornado.web import Application
    from tornado.websocket import WebSocketHandler
    from tornado.websocket import broadcast as send_to_all

    everybody: set[Any] = set()

    class Broadcast(WebSocketHandler):
        def get_compression_options(self) -> dict[str, Any] | None:
            return {} if DEFLATE else None

        def open(self) -> None:
            everybody.add(self)

        def on_message(self, message: str | bytes) -> None:
            send_to_all(everybody, message, isinstance(message, bytes))

        def on_close(self) -> None:
            everybody.discard(self)

    class Slow(Broadcast):
        def open(self) -> None:
            super().open()
            self.write_message(b"x" * (MOST_UNSENT + (8 << 20)), binary=True)

    sock = listening()
    application = Application(
        [("/", Broadcast), ("/slow", Slow)],
        websocket_max_unsent=MOST_UNSENT,
        websocket_slow_reader="drop",
    )
    HTTPServer(application).add_socket(sock)
    announce(sock)
    await asyncio.Event().wait()


async def aiohttp() -> None:
    """Run aiohttp's WebSocketResponse."""
    from aiohttp import web

    async def echo(request: Any) -> Any:
        connection = web.WebSocketResponse(compress=DEFLATE)
        await connection.prepare(request)
        async for message in connection:
            await connection.send_bytes(message.data)
        return connection

    application = web.Application()
    application.router.add_get("/", echo)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    sock = listening()
    await web.SockSite(runner, sock, ssl_context=tls()).start()
    announce(sock)
    await asyncio.Event().wait()


async def websockets() -> None:
    """Run the server of websockets."""
    from websockets.asyncio.server import serve
    from websockets.exceptions import ConnectionClosed

    async def echo(connection: Any) -> None:
        try:
            async for message in connection:
                await connection.send(message)
        except ConnectionClosed:
            pass  # the load does not say goodbye

    sock = listening()
    compression = "deflate" if DEFLATE else None
    async with serve(echo, sock=sock, compression=compression, ping_interval=None, ssl=tls()):
        announce(sock)
        await asyncio.Event().wait()


async def picows() -> None:
    """Run picows, which is written in Cython."""
    import picows as library

    class Echo(library.WSListener):  # type: ignore[misc]  # it has no types here
        def on_ws_frame(self, transport: Any, frame: Any) -> None:
            if frame.msg_type == library.WSMsgType.BINARY:
                transport.send(frame.msg_type, frame.get_payload_as_bytes())

    sock = listening()
    server = await library.ws_create_server(lambda _: Echo(), sock=sock, ssl=tls())
    announce(sock)
    await server.serve_forever()


async def stream() -> None:
    """Do what `floor` does on a bare IOStream, on which our websockets are built."""
    from tornado.tcpserver import TCPServer

    class Connection:
        """What a connection needs at least."""

        __slots__ = ("is_open", "stream")

        def __init__(self, stream: Any) -> None:
            self.stream = stream
            self.is_open = False
            stream.set_protocol(self)

        def data_received(self, data: bytes) -> None:
            if not self.is_open:
                self.is_open = True
                self.stream.write_nowait(b"HTTP/1.1 101 Switching Protocols\r\n\r\n")
                return
            self.stream.write_nowait(bytes((data[0], data[1] - 128)) + data[2:4] + data[8:])

        def eof_received(self) -> None:
            pass

        def connection_lost(self, exc: BaseException | None) -> None:
            pass

    class Server(TCPServer):
        def handle_stream(self, stream: Any, address: Any) -> None:
            Connection(stream)

    sock = listening()
    Server().add_socket(sock)
    announce(sock)
    await asyncio.Event().wait()


async def floor() -> None:
    """Count bytes and send a frame that was made before: no server can be below it."""

    class Echo(asyncio.Protocol):
        is_open = False
        size = 0  # of a message with its head
        answer = b""

        def connection_made(self, transport: Any) -> None:
            self.transport = transport
            self.missing = 0

        def data_received(self, data: bytes) -> None:
            if not self.is_open:
                self.is_open = True
                self.transport.write(b"HTTP/1.1 101 Switching Protocols\r\n\r\n")
                return
            if not self.size:
                width = {254: 2, 255: 8}.get(data[1], 0)
                length = int.from_bytes(data[2 : 2 + width]) if width else data[1] - 128
                self.size = self.missing = 6 + width + length
                self.answer = bytes((data[0], data[1] - 128)) + data[2 : 2 + width] + bytes(length)
            self.missing -= len(data)
            if not self.missing:
                self.missing = self.size
                self.transport.write(self.answer)

    sock = listening()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Echo, sock=sock, backlog=2048, ssl=tls())
    announce(sock)
    await server.serve_forever()


CONTESTANTS = {
    "tornado": tornado,
    "broadcast": broadcast,
    "aiohttp": aiohttp,
    "websockets": websockets,
    "picows": picows,
    "floor": floor,
    "stream": stream,
}

if __name__ == "__main__":
    run(CONTESTANTS)
