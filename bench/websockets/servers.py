"""The contestants: `python servers.py NAME`, prints its port, serves until it is ended.

Each sends back what it gets, in the way its documentation shows. With `deflate` after the name it
compresses as its peer asks for. Contestants import what they need when they run, since each has an
environment of its own.
"""

from __future__ import annotations

import asyncio
import socket
import sys
from typing import Any

DEFLATE = "deflate" in sys.argv[2:]


def listening() -> socket.socket:
    """Return a socket on a free port of the loopback interface."""
    sock = socket.create_server(("127.0.0.1", 0), backlog=2048)
    sock.setblocking(False)
    return sock


def announce(sock: socket.socket) -> None:
    """Tell the harness where to connect."""
    print(sock.getsockname()[1], flush=True)


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
    HTTPServer(Application([("/", Echo)])).add_socket(sock)
    announce(sock)
    await asyncio.Event().wait()


async def broadcast() -> None:
    """Send each message to everybody by `tornado.websocket.broadcast`."""
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
            send_to_all(everybody, message)

        def on_close(self) -> None:
            everybody.discard(self)

    sock = listening()
    HTTPServer(Application([("/", Broadcast)])).add_socket(sock)
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
    await web.SockSite(runner, sock).start()
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
    async with serve(echo, sock=sock, compression=compression, ping_interval=None):
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
    server = await library.ws_create_server(lambda _: Echo(), sock=sock)
    announce(sock)
    await server.serve_forever()


async def floor() -> None:
    """Send the bytes back without looking at them: no server can be below it."""

    class Echo(asyncio.Protocol):
        is_open = False

        def connection_made(self, transport: Any) -> None:
            self.transport = transport
            self.missing = 0

        def data_received(self, data: bytes) -> None:
            if not self.is_open:
                self.is_open = True
                self.transport.write(b"HTTP/1.1 101 Switching Protocols\r\n\r\n")
                return
            self.transport.write(data[:-4])  # a frame of a server has no key

    sock = listening()
    server = await asyncio.get_running_loop().create_server(Echo, sock=sock, backlog=2048)
    announce(sock)
    await server.serve_forever()


CONTESTANTS = {
    "tornado": tornado,
    "broadcast": broadcast,
    "aiohttp": aiohttp,
    "websockets": websockets,
    "picows": picows,
    "floor": floor,
}

if __name__ == "__main__":
    main = CONTESTANTS[sys.argv[1]]
    if "uvloop" in sys.argv[2:]:
        import uvloop

        uvloop.run(main())
    else:
        asyncio.run(main())
