"""Timeouts: their values, and the timers that fetches share."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from tornado.httpclient import AsyncHTTPClient, HTTPRequest, HTTPTimeoutError

NAMES = [f"{phase}_timeout" for phase in ("body", "connect", "head", "queue", "request", "tls")]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    ("value", "error"),
    [("5", TypeError), (b"5", TypeError), (-1, ValueError), (float("nan"), ValueError)],
)
async def test_a_timeout_that_is_not_a_number_of_seconds_is_refused(make, name, value, error):
    with pytest.raises(error, match=f"{name} is a number of seconds"):
        HTTPRequest("http://127.0.0.1/", **{name: value})
    with pytest.raises(error, match=f"{name} is a number of seconds"):
        make().fetch("http://127.0.0.1/", **{name: value})


@pytest.mark.parametrize("value", [0, 0.5, 20, float("inf"), None])
def test_numbers_of_seconds_are_accepted(value):
    request = HTTPRequest("http://127.0.0.1/", **dict.fromkeys(NAMES, value))
    assert [getattr(request, name) for name in NAMES] == [value] * len(NAMES)


async def test_the_defaults_of_a_client_are_checked_too():
    with pytest.raises(ValueError, match="request_timeout is a number of seconds"):
        AsyncHTTPClient(force_instance=True, defaults={"request_timeout": -1})


async def test_a_fetch_whose_time_is_up_before_it_begins_ends(make, serve):
    peer = await serve(serve.reply())
    client = make(max_clients=1)
    fetch = client.fetch(peer.url(), request_timeout=0.02)
    time.sleep(0.1)  # noqa: ASYNC251 - the loop is busy with something else
    with pytest.raises(HTTPTimeoutError):
        await fetch
    assert (await client.fetch(peer.url())).body == b"hello"


async def silence(request: Any, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(60)


async def test_fetches_with_the_same_limit_end_one_after_the_other(make, serve):
    peer = await serve(silence)
    client = make()

    async def last(after: float) -> float:
        await asyncio.sleep(after)
        begun = time.monotonic()
        with pytest.raises(HTTPTimeoutError, match=r"after 0\.15 seconds"):
            await client.fetch(peer.url(), request_timeout=0.15)
        return time.monotonic() - begun

    async with asyncio.timeout(20):
        times = await asyncio.gather(*map(last, (0, 0.05, 0.1, 0.1)))
    assert min(times) > 0.145
    assert max(times) < 3
    assert not client._shared_timers


async def test_any_number_of_limits_is_respected(make, serve):
    peer = await serve(silence)
    client = make(max_clients=100)
    limits = [0.05 + n / 1000 for n in range(50)]
    async with asyncio.timeout(20):
        ends = await asyncio.gather(
            *[client.fetch(peer.url(), request_timeout=limit) for limit in limits],
            return_exceptions=True,
        )
    assert [type(end) for end in ends] == [HTTPTimeoutError] * 50
    assert not client._shared_timers


async def test_a_shared_timer_without_fetches_is_removed_when_it_fires(make, serve):
    peer = await serve(serve.reply())
    client = make()
    await client.fetch(peer.url(), request_timeout=0.05)
    assert list(client._shared_timers) == [0.05]
    for _ in range(1000):
        if not client._shared_timers:
            break
        await asyncio.sleep(0.01)
    assert not client._shared_timers
    await client.fetch(peer.url(), request_timeout=5)


async def test_an_infinite_limit_is_no_limit(make, serve):
    peer = await serve(serve.reply())
    client = make()
    await client.fetch(peer.url(), request_timeout=float("inf"))
    assert not client._shared_timers
