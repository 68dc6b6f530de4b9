"""Clients that send messages back and forth: `python clients.py NAME PORT`, in turns with others.

A client opens its connections and prints its process id. For each line of its input, a number of seconds, it
sends messages for so long, the next one when the last one is back, and prints how many came
back. Each is written in the way its documentation shows.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

MESSAGE = bytes(125)
CONNECTIONS = 32


async def talk(port: int, pings: list[Callable[[], Awaitable[Any]]]) -> None:
    """Send messages over connections, each by a function that waits for the answer."""

    async def repeat(ping: Callable[[], Awaitable[Any]]) -> int:
        done = 0
        while time.perf_counter() < end:
            if await ping() != MESSAGE:
                raise ValueError("another message came back")
            done += 1
        return done

    print(os.getpid(), flush=True)
    for line in sys.stdin:
        end = time.perf_counter() + float(line)
        print(sum(await asyncio.gather(*map(repeat, pings))), flush=True)


async def tornado(port: int) -> None:
    """Run websocket_connect, the same program for ours and for upstream."""
    from tornado.websocket import websocket_connect

    def pinging(connection: Any) -> Callable[[], Awaitable[Any]]:
        async def ping() -> Any:
            await connection.write_message(MESSAGE, binary=True)
            return await connection.read_message()

        return ping

    url = f"ws://127.0.0.1:{port}/"
    await talk(port, [pinging(await websocket_connect(url)) for _ in range(CONNECTIONS)])


async def aiohttp(port: int) -> None:
    """Run the client of aiohttp."""
    from aiohttp import ClientSession

    def pinging(connection: Any) -> Callable[[], Awaitable[Any]]:
        async def ping() -> Any:
            await connection.send_bytes(MESSAGE)
            return await connection.receive_bytes()

        return ping

    async with ClientSession() as session:
        url = f"ws://127.0.0.1:{port}/"
        await talk(port, [pinging(await session.ws_connect(url)) for _ in range(CONNECTIONS)])


async def websockets(port: int) -> None:
    """Run the client of websockets."""
    from websockets.asyncio.client import connect

    def pinging(connection: Any) -> Callable[[], Awaitable[Any]]:
        async def ping() -> Any:
            await connection.send(MESSAGE)
            return await connection.recv()

        return ping

    async def open_one() -> Any:
        return await connect(
            f"ws://127.0.0.1:{port}/", compression=None, ping_interval=None, proxy=None
        )

    await talk(port, [pinging(await open_one()) for _ in range(CONNECTIONS)])


async def picows(port: int) -> None:
    """Run the client of picows, whose interface is a callback."""
    import picows as library

    class Listener(library.WSListener):  # type: ignore[misc]  # it has no types here
        answer: Any

        def on_ws_frame(self, transport: Any, frame: Any) -> None:
            self.answer.set_result(frame.get_payload_as_bytes())

    def pinging(transport: Any, listener: Any) -> Callable[[], Awaitable[Any]]:
        async def ping() -> Any:
            listener.answer = asyncio.get_running_loop().create_future()
            transport.send(library.WSMsgType.BINARY, MESSAGE)
            return await listener.answer

        return ping

    url = f"ws://127.0.0.1:{port}/"
    pings = [pinging(*await library.ws_connect(Listener, url)) for _ in range(CONNECTIONS)]
    await talk(port, pings)


CLIENTS = {"tornado": tornado, "aiohttp": aiohttp, "websockets": websockets, "picows": picows}

if __name__ == "__main__":
    asyncio.run(CLIENTS[sys.argv[1]](int(sys.argv[2])))
