"""Hooks that change a request before it is sent."""

from __future__ import annotations

import asyncio
import contextvars
from typing import Any

import pytest

from tornado.httpclient import HTTPRequest, HTTPTimeoutError, Retry
from tornado.httputil import HTTPInputError


def sign(request: HTTPRequest) -> None:
    request.headers["X-Signature"] = request.url.rpartition("/")[2]


async def log_in(request: HTTPRequest) -> None:
    await asyncio.sleep(0)
    request.headers["Authorization"] = "Bearer t"


async def test_hooks_run_in_turn_and_may_be_coroutine_functions(make, serve):
    peer = await serve(serve.reply())
    order: list[str] = []

    async def first(request: HTTPRequest) -> None:
        await asyncio.sleep(0.01)
        order.append("first")
        request.headers.add("X-Order", "first")

    def second(request: HTTPRequest) -> None:
        order.append(request.headers["X-Order"])

    await make.fetch(peer.url("/a"), prepare=[first, second, sign, log_in])
    assert order == ["first", "first"]
    assert peer.requests[0].fields["x-signature"] == "a"
    assert peer.requests[0].fields["authorization"] == "Bearer t"
    assert peer.connections == 1


async def test_the_request_of_the_caller_stays_as_it_was(make, serve):
    peer = await serve(serve.reply())

    def change(request: HTTPRequest) -> None:
        request.url = peer.url("/changed")
        request.method, request.body = "POST", "text"
        request.headers["X-Mine"] = "2"
        del request.headers["X-Gone"]

    request = HTTPRequest(
        peer.url("/asked"), headers={"X-Mine": "1", "X-Gone": "1"}, prepare=[change]
    )
    for _ in range(2):
        response = await make.fetch(request)
        assert (response.request, response.effective_url) == (request, peer.url("/changed"))
    assert (request.url, request.method, request.body) == (peer.url("/asked"), "GET", None)
    assert dict(request.headers) == {"X-Mine": "1", "X-Gone": "1"}
    for sent in peer.requests:
        assert (sent.line, sent.body) == ("POST /changed HTTP/1.1", b"text")
        assert (sent.fields["x-mine"], "x-gone" in sent.fields) == ("2", False)


async def test_a_client_has_hooks_for_requests_without_some_of_their_own(make, serve):
    peer = await serve(serve.reply())
    client = make(defaults={"prepare": [sign]})
    await client.fetch(peer.url("/a"))
    await client.fetch(peer.url("/b"), prepare=[log_in])
    await client.fetch(peer.url("/c"), prepare=[])
    signed = [request.fields.get("x-signature") for request in peer.requests]
    assert signed == ["a", None, None]
    assert peer.requests[1].fields["authorization"] == "Bearer t"


async def test_a_hook_may_give_the_body_that_a_method_needs(make, serve):
    def give_body(request: HTTPRequest) -> None:
        request.body = b"made late"

    peer = await serve(serve.reply())
    await make.fetch(peer.url(), method="POST", prepare=[give_body])
    assert peer.requests[0].body == b"made late"
    with pytest.raises(ValueError, match="Body must not be None"):
        await make.fetch(peer.url(), method="POST", prepare=[sign])
    assert len(peer.requests) == 1


class RefusalError(Exception):
    pass


def refuse(request: HTTPRequest) -> None:
    raise RefusalError(request.url)


async def refuse_later(request: HTTPRequest) -> None:
    await asyncio.sleep(0)
    raise RefusalError(request.url)


@pytest.mark.parametrize("hook", [refuse, refuse_later])
async def test_what_a_hook_raises_is_what_fetch_raises(make, serve, hook):
    peer = await serve(serve.reply())
    client = make(max_clients=1)
    for raise_error in (True, False):
        with pytest.raises(RefusalError, match="asked"):
            await client.fetch(
                HTTPRequest(peer.url("/asked"), prepare=[hook, sign]), raise_error=raise_error
            )
    assert not peer.requests
    assert (await client.fetch(peer.url())).body == b"hello"


async def test_an_error_of_a_hook_is_no_reason_for_a_retry(make, serve):
    calls: list[str] = []

    def fail(request: HTTPRequest) -> None:
        calls.append(request.url)
        raise ConnectionResetError("the server of tokens is away")

    peer = await serve(serve.reply())
    with pytest.raises(ConnectionResetError, match="tokens"):
        await make.fetch(peer.url(), prepare=[fail], retry=Retry(backoff=0.001))
    assert len(calls) == 1
    assert not peer.requests


@pytest.mark.parametrize(
    ("name", "value"), [("X-Field", "a\r\nX-Evil: 1"), ("Transfer-Encoding", "chunked")]
)
async def test_s20_what_a_hook_leaves_is_checked(make, serve, name, value):
    def spoil(request: HTTPRequest) -> None:
        request.method, request.body = "POST", b"x"
        request.headers[name] = value

    peer = await serve(serve.reply())
    with pytest.raises((ValueError, HTTPInputError)):
        await make.fetch(peer.url(), prepare=[spoil])
    assert not peer.requests


# Hooks and the requests that follow.


async def test_s20_credentials_of_a_hook_are_dropped_when_the_origin_changes(
    make, serve, authority
):
    def identify(request: HTTPRequest) -> None:
        calls.append(request.url)
        request.headers.update({"Cookie": "a=b", "Host": "vhost", "X-Kept": "1"})
        request.auth_username, request.auth_password = "me", "secret"
        request.client_cert, request.client_key = authority.client_cert, authority.client_key

    calls: list[str] = []
    target = await serve(serve.reply())
    peer = await serve(serve.reply(b"", "302 Found", Location=target.url()))
    client = make(defaults={"prepare": [identify]})
    await client.fetch(peer.url())
    await client.fetch(peer.url(), prepare=[log_in])
    assert calls == [peer.url()]
    assert [request.fields["authorization"] for request in peer.requests] == [
        "Basic bWU6c2VjcmV0",
        "Bearer t",
    ]
    for request in target.requests:
        assert not {"authorization", "cookie"} & set(request.fields)
        assert request.fields["host"] == f"127.0.0.1:{target.port}"
    assert target.requests[0].fields["x-kept"] == "1"


async def test_what_a_hook_has_set_goes_along_within_the_origin(make, serve):
    async def answer(request: Any, writer: asyncio.StreamWriter) -> None:
        again = request.target != "/new"
        writer.write(serve.reply(b"", "302 Found", Location="/new") if again else serve.reply())

    peer = await serve(answer)
    await make.fetch(peer.url("/old"), prepare=[log_in, sign])
    assert [request.target for request in peer.requests] == ["/old", "/new"]
    for request in peer.requests:
        assert request.fields["authorization"] == "Bearer t"
        assert request.fields["x-signature"] == "old"


async def test_hooks_run_again_before_a_retry_on_the_request_that_was_asked_for(make, serve):
    async def answer(request: Any, writer: asyncio.StreamWriter) -> None:
        busy = len(peer.requests) < 3
        writer.write(serve.reply(b"", "503 Busy") if busy else serve.reply())

    def number(request: HTTPRequest) -> None:
        count.append(1)
        request.headers.add("X-Number", str(len(count)))

    count: list[int] = []
    peer = await serve(answer)
    await make.fetch(peer.url(), prepare=[number], retry=Retry(backoff=0.001))
    assert [request.fields["x-number"] for request in peer.requests] == ["1", "2", "3"]


async def test_a_request_that_a_hook_made_a_post_is_not_sent_again(make, serve):
    def post(request: HTTPRequest) -> None:
        request.method, request.body = "POST", b"x"

    peer = await serve(serve.reply(b"", "503 Busy"))
    response = await make.fetch(
        peer.url(), prepare=[post], retry=Retry(backoff=0.001), raise_error=False
    )
    assert response.code == 503
    assert len(peer.requests) == 1


# Time, cancellation, context.


async def stay(request: HTTPRequest) -> None:
    await asyncio.sleep(60)


async def test_hooks_have_the_time_of_the_request(make, serve):
    peer = await serve(serve.reply())
    client = make(max_clients=1)
    with pytest.raises(HTTPTimeoutError, match="preparing") as caught:
        await client.fetch(peer.url(), prepare=[stay], request_timeout=0.05)
    assert caught.value.phase == "whole"
    assert (await client.fetch(peer.url())).body == b"hello"
    assert len(peer.requests) == 1


async def test_a_cancelled_fetch_stops_its_hook(make, serve):
    ended = asyncio.Event()

    async def wait(request: HTTPRequest) -> None:
        try:
            await stay(request)
        finally:
            ended.set()

    peer = await serve(serve.reply())
    client = make(max_clients=1)
    fetch = client.fetch(peer.url(), prepare=[wait])
    await asyncio.sleep(0.01)
    fetch.cancel()
    await asyncio.wait_for(ended.wait(), 5)
    assert (await client.fetch(peer.url(), prepare=[sign])).body == b"hello"
    assert len(peer.requests) == 1


async def test_hooks_run_in_the_context_of_their_fetch(make, serve):
    who: contextvars.ContextVar[str] = contextvars.ContextVar("who")

    async def name(request: HTTPRequest) -> None:
        request.headers["X-Who"] = who.get()

    async def fetch(caller: str) -> None:
        who.set(caller)
        await client.fetch(peer.url(), prepare=[name])

    peer = await serve(serve.reply())
    client = make()
    for caller in ("first", "second"):
        await asyncio.create_task(fetch(caller))
    assert [request.fields["x-who"] for request in peer.requests] == ["first", "second"]
    assert peer.connections == 1


def test_the_headers_of_a_request_equal_the_dictionary_that_was_assigned():
    request = HTTPRequest("http://example.com")
    request.headers = {"bar": "baz"}
    assert request.headers == {"bar": "baz"}
    assert HTTPRequest("http://example.com", headers={"bar": "baz"}).headers == {"bar": "baz"}
