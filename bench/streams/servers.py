"""The contestants: `python servers.py NAME`, prints its port, serves until it is ended.

Each echoes whatever arrives, in the way its documentation shows, and closes when the peer does.
Contestants import what they need when they run, since each has an environment of its own.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bench.harness.listening import announce, listening, run

CHUNK = 65536


async def tornado_pull() -> None:
    """Run the pull API of IOStream, the same program for ours and for upstream."""
    from tornado.iostream import StreamClosedError
    from tornado.tcpserver import TCPServer

    class Echo(TCPServer):
        async def handle_stream(self, stream: Any, address: Any) -> None:
            try:
                while True:
                    await stream.write(await stream.read_bytes(CHUNK, partial=True))
            except StreamClosedError:
                pass

    server = Echo()
    sock = listening()
    server.add_socket(sock)
    announce(sock)
    await asyncio.Event().wait()


async def tornado_push() -> None:
    """Run the push interface of IOStream."""
    from tornado.tcpserver import TCPServer

    class Connection:
        def __init__(self, stream: Any) -> None:
            self.stream = stream
            self.write = stream.write_nowait
            stream.set_protocol(self)

        def data_received(self, data: bytes) -> None:
            self.write(data)

        def eof_received(self) -> None:
            pass

        def connection_lost(self, exc: BaseException | None) -> None:
            pass

        def pause_writing(self) -> None:
            self.stream.pause_reading()

        def resume_writing(self) -> None:
            self.stream.resume_reading()

    class Echo(TCPServer):
        def handle_stream(self, stream: Any, address: Any) -> None:
            Connection(stream)

    server = Echo()
    sock = listening()
    server.add_socket(sock)
    announce(sock)
    await asyncio.Event().wait()


async def asyncio_streams() -> None:
    """Run asyncio's StreamReader and StreamWriter."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(CHUNK):
                writer.write(data)
                await writer.drain()
        except ConnectionError:
            pass
        writer.close()

    sock = listening()
    server = await asyncio.start_server(serve, sock=sock, backlog=1024)
    announce(sock)
    await server.serve_forever()


async def asyncio_protocol() -> None:
    """Run a bare asyncio Protocol: the floor."""

    class Echo(asyncio.Protocol):
        def connection_made(self, transport: Any) -> None:
            self.transport = transport

        def data_received(self, data: bytes) -> None:
            self.transport.write(data)

        def pause_writing(self) -> None:
            self.transport.pause_reading()

        def resume_writing(self) -> None:
            self.transport.resume_reading()

    sock = listening()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Echo, sock=sock, backlog=1024)
    announce(sock)
    await server.serve_forever()


async def anyio_streams() -> None:
    """Run anyio's socket streams on asyncio."""
    import anyio

    async def serve(stream: Any) -> None:
        async with stream:
            try:
                while True:
                    await stream.send(await stream.receive(CHUNK))
            except (anyio.EndOfStream, anyio.BrokenResourceError):
                pass

    listener = await anyio.create_tcp_listener(local_host="127.0.0.1", backlog=1024)
    print(listener.extra(anyio.abc.SocketAttribute.local_port), flush=True)
    await listener.serve(serve)


CONTESTANTS = {
    "tornado-pull": tornado_pull,
    "tornado-push": tornado_push,
    "asyncio-streams": asyncio_streams,
    "asyncio-protocol": asyncio_protocol,
    "anyio": anyio_streams,
}

if __name__ == "__main__":
    run(CONTESTANTS)
