"""Two thousand connections of every fate leave no descriptor, task, handle or object behind."""

import asyncio
import gc
import os
import socket
import struct
from contextlib import suppress

import pytest

from tornado.iostream import BaseIOStream, IOStream
from tornado.netutil import bind_sockets
from tornado.tcpclient import TCPClient
from tornado.tcpserver import TCPServer

CONNECTIONS = 2_000
AT_ONCE = 50


class Echo(TCPServer):
    async def handle_stream(self, stream, address):
        while True:
            await stream.write(await stream.read_bytes(100, partial=True))


async def talk_and_close(client, port):
    stream = await client.connect("127.0.0.1", port)
    await stream.write(b"hello")
    await stream.read_bytes(5)
    stream.close()


async def reset(client, port):
    stream = await client.connect("127.0.0.1", port)
    await stream.write(b"hello")
    stream.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    stream.close()


async def time_out(client, port):
    stream = await client.connect("127.0.0.1", port)
    try:
        await asyncio.wait_for(stream.read_until(b"\n"), 0.001)
    except TimeoutError:
        stream.close()


async def cancel(client, port):
    task = asyncio.ensure_future(client.connect("127.0.0.1", port))
    await asyncio.sleep(0)
    task.cancel()
    try:
        stream = await task
    except asyncio.CancelledError:
        return
    stream.close()


async def cancel_while_reading(client, port):
    async def read():
        stream = await client.connect("127.0.0.1", port)
        try:
            await stream.read_bytes(1)
        finally:
            stream.close()

    task = asyncio.ensure_future(read())
    await asyncio.sleep(0.001)
    task.cancel()
    await asyncio.wait([task])


async def be_refused(client, port):
    stream = IOStream(socket.socket())
    with suppress(OSError):
        await stream.connect(("127.0.0.1", 1))


FATES = [talk_and_close, reset, time_out, cancel, cancel_while_reading, be_refused]


def count():
    """Return the numbers of streams, sockets, futures and open descriptors."""
    gc.collect()
    objects = gc.get_objects()
    return {
        "streams": sum(isinstance(thing, BaseIOStream) for thing in objects),
        "sockets": sum(isinstance(thing, socket.socket) for thing in objects),
        "futures": sum(isinstance(thing, asyncio.Future) for thing in objects),
        "handles": sum(isinstance(thing, asyncio.Handle) for thing in objects),
        "descriptors": len(os.listdir("/proc/self/fd")),
    }


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_two_thousand_connections_leave_nothing(bed):
    async def main():
        [listener] = bind_sockets(0, "127.0.0.1")
        port = listener.getsockname()[1]
        server = Echo()
        server.add_socket(listener)
        client = TCPClient()
        await asyncio.gather(*(fate(client, port) for fate in FATES))
        await asyncio.sleep(0.05)
        before = count()
        done = 0
        while done < CONNECTIONS:
            fates = (FATES[(done + n) % len(FATES)] for n in range(AT_ONCE))
            await asyncio.gather(*(fate(client, port) for fate in fates))
            done += AT_ONCE
        for _ in range(20):
            await asyncio.sleep(0.05)
            after = count()
            if after == before:
                break
        assert after == before
        server.stop()
        client.close()

    bed.run(main())
