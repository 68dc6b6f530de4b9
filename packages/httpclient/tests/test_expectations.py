"""Requests that ask before they send their body, and servers that do not know it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

HELLO = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
NO_LIMIT = {"request_timeout": 0, "connect_timeout": 5}


async def produce(write: Any) -> None:
    await write(b"a" * 1000)
    await write(b"b" * 1000)


@pytest.mark.parametrize("body", [{"body": b"x" * 10}, {"body": b""}])
async def test_an_expectation_that_failed_is_dropped_once(make, serve, body, ending):
    async def answer(request: Any, writer: asyncio.StreamWriter) -> Any:
        if "expect" in request.fields:
            writer.write(serve.reply(b"no", "417 Expectation Failed"))
            return False
        writer.write(HELLO)
        return True

    peer = await serve(answer)
    peer.refuses_expectations = True
    client = make(max_clients=1)
    response = await ending(
        client.fetch(peer.url(), method="PUT", expect_100_continue=True, **body, **NO_LIMIT)
    )
    assert response.body == b"hello"
    assert ["expect" in request.fields for request in peer.requests] == [True, False]
    assert peer.requests[1].body == body["body"]


async def test_a_server_that_fails_any_expectation_gets_two_requests(make, serve, ending):
    peer = await serve(serve.reply(b"no", "417 Expectation Failed"), close=True)
    peer.refuses_expectations = True
    client = make(max_clients=1)
    options = {"method": "PUT", "body": b"x" * 10, **NO_LIMIT}
    response = await ending(client.fetch(peer.url(), False, expect_100_continue=True, **options))
    assert response.code == 417
    assert len(peer.requests) == 2
    response = await ending(client.fetch(peer.url(), False, **options))
    assert (response.code, len(peer.requests)) == (417, 3)
    fields = {"Expect": "100-continue"}
    response = await ending(client.fetch(peer.url(), False, headers=fields, **options))
    assert (response.code, len(peer.requests)) == (417, 5)


async def test_a_body_that_is_produced_is_not_produced_twice_after_417(make, serve, ending):
    peer = await serve(serve.reply(b"no", "417 Expectation Failed"), close=True)
    peer.refuses_expectations = True
    client = make(max_clients=1)
    options = {"method": "PUT", "body_producer": produce, "headers": {"Content-Length": "2000"}}
    response = await ending(
        client.fetch(peer.url(), False, expect_100_continue=True, **options, **NO_LIMIT)
    )
    assert response.code == 417
    assert len(peer.requests) == 1
