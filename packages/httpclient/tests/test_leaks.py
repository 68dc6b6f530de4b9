"""Fetches that are cancelled, or over, leave nothing behind."""

from __future__ import annotations

import asyncio
import gc
import os
import time
import weakref
from typing import Any

import pytest

from tornado.httpclient import HTTPResponse, HTTPStreamClosedError


def open_descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


needs_proc = pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="needs /proc")


async def silence(request: Any, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(60)


@pytest.mark.slow
@needs_proc
async def test_thousands_of_cancelled_fetches_leave_nothing(make):
    server = await asyncio.get_running_loop().create_server(asyncio.Protocol, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    client = make(max_clients=50)

    async def cancel_some(count: int) -> None:
        fetches = [client.fetch(url) for _ in range(count)]
        await asyncio.sleep(0.01)
        for fetch in fetches:
            fetch.cancel()
        await asyncio.sleep(0)

    await cancel_some(100)
    await asyncio.sleep(0.1)
    gc.collect()
    descriptors, tasks = open_descriptors(), len(asyncio.all_tasks())
    begun = time.process_time()
    for _ in range(10):
        await cancel_some(500)
    assert time.process_time() - begun < 30
    for _ in range(100):
        if client._queue.active == 0 and open_descriptors() <= descriptors + 2:
            break
        await asyncio.sleep(0.05)
    assert client._queue.active == 0
    assert len(client._queue) == 0
    assert open_descriptors() <= descriptors + 2
    assert len(asyncio.all_tasks()) <= tasks
    server.close()


async def test_cancelling_closes_the_connection_at_once(make, serve):
    peer = await serve(silence)
    client = make()
    fetch = client.fetch(peer.url())
    for _ in range(100):
        if peer.requests:
            break
        await asyncio.sleep(0.01)
    fetch.cancel()
    with pytest.raises(asyncio.CancelledError):
        await fetch
    await asyncio.sleep(0.05)
    assert client._queue.active == 0
    transport = peer.writers[0].transport
    for _ in range(100):
        if transport.is_closing():
            break
        writer = peer.writers[0]
        writer.write(b"x")
        await asyncio.sleep(0.01)
    assert transport.is_closing()


async def test_a_cancelled_task_cancels_its_fetch_and_the_next_one_goes_on(make, serve):
    async def answer(request: Any, writer: asyncio.StreamWriter) -> None:
        if request.target == "/slow":
            await asyncio.sleep(60)
        writer.write(serve.reply())

    peer = await serve(answer)
    client = make(max_clients=1)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await client.fetch(peer.url("/slow"))
    assert (await client.fetch(peer.url("/quick"))).body == b"hello"


async def test_cancelling_within_a_streaming_callback_is_allowed(make, serve):
    peer = await serve(serve.reply(b"x" * 500_000))
    client = make()
    fetches: list[asyncio.Future[HTTPResponse]] = []
    fetches.append(
        client.fetch(peer.url(), streaming_callback=lambda piece: void(fetches[0].cancel()))
    )
    with pytest.raises(asyncio.CancelledError):
        await fetches[0]
    assert (await client.fetch(peer.url())).code == 200


def void(value: object) -> None:
    """Take a value, and return None."""


@pytest.mark.parametrize("end", ["response", "cancelled"])
async def test_a_fetch_that_is_over_waits_for_no_garbage_collector(make, serve, end):
    peer = await serve(serve.reply() if end == "response" else silence)
    client = make()
    await asyncio.sleep(0)
    gc.collect()
    gc.disable()
    try:
        fetch = client.fetch(peer.url())
        seen = weakref.ref(fetch)
        if end == "response":
            await fetch
        else:
            await asyncio.sleep(0.1)
            fetch.cancel()
            await asyncio.wait([fetch])
        del fetch
        await asyncio.sleep(0.05)
        assert seen() is None
    finally:
        gc.enable()


async def test_closing_a_client_ends_what_is_under_way_and_what_waits(make, serve):
    peer = await serve(silence)
    client = make(max_clients=1)
    classic: list[HTTPResponse] = []
    fetches = [client.fetch(peer.url(), raise_error=False) for _ in range(3)]
    client.fetch(peer.url(), callback=classic.append)
    await asyncio.sleep(0.05)
    client.close()
    async with asyncio.timeout(5):
        for fetch in fetches:
            with pytest.raises(HTTPStreamClosedError, match="the client was closed"):
                await fetch
    await asyncio.sleep(0)
    assert isinstance(classic[0].error, HTTPStreamClosedError)
    assert client._queue.active == 0
    assert len(peer.requests) == 1


@needs_proc
async def test_a_client_that_is_not_closed_leaves_no_socket_to_the_loop(simple, serve):
    from tornado.simple_httpclient import SimpleAsyncHTTPClient

    peer = await serve(serve.reply())
    before = open_descriptors()

    def program() -> None:
        async def main() -> None:
            await SimpleAsyncHTTPClient().fetch(peer.url())

        asyncio.run(main())

    await asyncio.get_running_loop().run_in_executor(None, program)
    await asyncio.sleep(0.05)
    assert open_descriptors() <= before + 1
