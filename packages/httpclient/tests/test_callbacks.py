"""Exceptions in the functions of an application: the fetch ends with them, at once."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

RAISED = [ZeroDivisionError, StopIteration, asyncio.CancelledError]


def raising(kind: type[BaseException]) -> Any:
    def function(*_arguments: object) -> None:
        raise kind

    return function


def raising_later(kind: type[BaseException]) -> Any:
    async def function(*_arguments: object) -> None:
        await asyncio.sleep(0)
        raise kind

    return function


async def check(fetch: Any, kind: type[BaseException]) -> None:
    # A future refuses StopIteration, and Python turns it into a RuntimeError in coroutines.
    expected = RuntimeError if kind is StopIteration else kind
    async with asyncio.timeout(5):
        with pytest.raises(expected):
            await fetch
    await asyncio.sleep(0.02)  # the peer may have accepted the connection only now


@pytest.mark.parametrize("kind", RAISED)
@pytest.mark.parametrize("make_function", [raising, raising_later])
async def test_what_a_streaming_callback_raises_is_what_the_fetch_raises(
    make, serve, kind, make_function
):
    peer = await serve(serve.reply(b"x" * 100_000))
    callback = make_function(kind)
    await check(make.fetch(peer.url(), streaming_callback=callback, request_timeout=0), kind)
    assert (await make.fetch(peer.url())).code == 200


@pytest.mark.parametrize("kind", RAISED)
@pytest.mark.parametrize("option", ["header_callback", "download_progress", "upload_progress"])
async def test_what_another_callback_raises_is_what_the_fetch_raises(make, serve, kind, option):
    peer = await serve(serve.reply())
    options = {option: raising(kind), "request_timeout": 0}
    await check(make.fetch(peer.url(), method="POST", body=b"x" * 100, **options), kind)


@pytest.mark.parametrize("kind", RAISED)
async def test_what_a_producer_raises_is_what_the_fetch_raises(make, serve, kind):
    peer = await serve(serve.reply())
    producer = raising_later(kind)
    await check(
        make.fetch(peer.url(), method="POST", body_producer=producer, request_timeout=0), kind
    )


@pytest.mark.parametrize("kind", RAISED)
async def test_what_a_prepare_curl_callback_raises_is_what_the_fetch_raises(curl, serve, kind):
    peer = await serve(serve.reply())
    callback = raising(kind)
    await check(curl.fetch(peer.url(), prepare_curl_callback=callback, request_timeout=0), kind)
    assert not peer.requests
