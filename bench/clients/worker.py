"""Fetch on command: one contestant, in a process and an environment of its own.

    python worker.py CONTESTANT URL CONCURRENCY CA_FILE

Each line on standard input is a number of requests to make; the answer is the CPU time that they
took, in seconds, and the peak of the resident memory, in bytes. The word "stream" downloads the URL
piece by piece instead, and answers in the same way.
"""

from __future__ import annotations

import asyncio
import resource
import ssl
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

Get = Callable[[], Awaitable[bytes]]
Stream = Callable[[], Awaitable[int]]


async def tornado(url: str, most: int, ca_file: str, kind: str) -> tuple[Get, Stream]:
    """Return Tornado's client, ours or upstream's."""
    from tornado.httpclient import AsyncHTTPClient

    AsyncHTTPClient.configure(
        {
            "simple": "tornado.simple_httpclient.SimpleAsyncHTTPClient",
            "curl": "tornado.curl_httpclient.CurlAsyncHTTPClient",
        }[kind]
    )
    limits: dict[str, Any] = {"max_clients": most, "max_body_size": 2**40}
    if kind == "simple":
        limits["max_buffer_size"] = 2**24
    client = AsyncHTTPClient(force_instance=True, **limits)
    options = {"ca_certs": ca_file} if ca_file else {}

    async def get() -> bytes:
        return (await client.fetch(url, **options)).body

    async def stream() -> int:
        size = 0

        def take(piece: bytes) -> None:
            nonlocal size
            size += len(piece)

        await client.fetch(url, streaming_callback=take, request_timeout=600, **options)
        return size

    return get, stream


async def aiohttp(url: str, most: int, ca_file: str) -> tuple[Get, Stream]:
    """Return aiohttp's client."""
    from aiohttp import ClientSession, TCPConnector

    context = ssl.create_default_context(cafile=ca_file) if ca_file else False
    session = ClientSession(connector=TCPConnector(limit=most, ssl=context))

    async def get() -> bytes:
        async with session.get(url) as response:
            return await response.read()

    async def stream() -> int:
        size = 0
        async with session.get(url) as response:
            async for piece in response.content.iter_any():
                size += len(piece)
        return size

    return get, stream


async def httpx(url: str, most: int, ca_file: str) -> tuple[Get, Stream]:
    """Return httpx's client."""
    import httpx as library

    context: Any = ssl.create_default_context(cafile=ca_file) if ca_file else True
    limits = library.Limits(max_connections=most, max_keepalive_connections=most)
    client = library.AsyncClient(limits=limits, verify=context)

    async def get() -> bytes:
        return (await client.get(url)).content

    async def stream() -> int:
        size = 0
        async with client.stream("GET", url) as response:
            async for piece in response.aiter_raw():
                size += len(piece)
        return size

    return get, stream


async def niquests(url: str, most: int, ca_file: str) -> tuple[Get, Stream]:
    """Return niquests' client."""
    import niquests as library

    session = library.AsyncSession(pool_maxsize=most)
    verify: Any = ca_file or True

    async def get() -> bytes:
        return (await session.get(url, verify=verify)).content

    async def stream() -> int:
        size = 0
        response = await session.get(url, verify=verify, stream=True)
        async for piece in await response.iter_raw(65536):
            size += len(piece)
        return size

    return get, stream


async def streams(url: str, most: int, ca_file: str) -> tuple[Get, Stream]:
    """Return the floor: asyncio streams that send one fixed request and look for one field."""
    parts = urlsplit(url)
    context = ssl.create_default_context(cafile=ca_file) if ca_file else None
    request = f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode()
    idle: list[Any] = []

    async def begin() -> tuple[Any, int]:
        if idle:
            connection = idle.pop()
        else:
            connection = await asyncio.open_connection(parts.hostname, parts.port, ssl=context)
        connection[1].write(request)
        head = await connection[0].readuntil(b"\r\n\r\n")
        at = head.index(b"Content-Length: ") + 16
        return connection, int(head[at : head.index(b"\r\n", at)])

    async def get() -> bytes:
        connection, length = await begin()
        body: bytes = await connection[0].readexactly(length)
        idle.append(connection)
        return body

    async def stream() -> int:
        connection, length = await begin()
        size = 0
        while size < length:
            size += len(await connection[0].read(65536))
        idle.append(connection)
        return size

    return get, stream


async def make(name: str, url: str, most: int, ca_file: str) -> tuple[Get, Stream]:
    """Make a contestant's client by its name."""
    if name in {"simple", "curl"}:
        return await tornado(url, most, ca_file, name)
    makers = {"aiohttp": aiohttp, "httpx": httpx, "niquests": niquests, "streams": streams}
    return await makers[name](url, most, ca_file)


async def main(name: str, url: str, concurrency: int, ca_file: str) -> None:
    """Serve commands until the input ends."""
    get, stream = await make(name, url, concurrency, ca_file)
    loop = asyncio.get_running_loop()

    async def several(count: int) -> None:
        for _ in range(count):
            if not await get():
                raise RuntimeError("an empty body")

    while line := (await loop.run_in_executor(None, sys.stdin.readline)).strip():
        begun = time.process_time()
        if line == "stream":
            await stream()
        else:
            share = int(line) // concurrency
            await asyncio.gather(*[several(share) for _ in range(concurrency)])
        spent = time.process_time() - begun
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        print(spent, peak, flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]))
