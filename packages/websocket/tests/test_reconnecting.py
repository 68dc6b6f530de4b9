"""A client whose server goes away and comes back."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import socket
import ssl
import time
from collections.abc import AsyncIterator, Awaitable
from functools import partial
from typing import Any

import pytest

from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.iostream import StreamClosedError
from tornado.netutil import bind_sockets
from tornado.web import Application, HTTPServer, RequestHandler
from tornado.websocket import (
    Gap,
    HandshakeError,
    ReconnectError,
    Reconnecting,
    WebSocketClosedError,
    WebSocketError,
    WebSocketHandler,
)
from tornado.websocket._retry_policy import Backoff, may_pass, requested_delay

#: Options with which nothing takes long.
QUICK: dict[str, Any] = {"first_delay": 0.01, "max_delay": 0.05}


class Peer:
    """A server on one port that is stopped and started."""

    def __init__(self) -> None:
        self.handlers: list[WebSocketHandler] = []
        self.received: asyncio.Queue[Any] = asyncio.Queue()
        self.requests = 0
        #: How requests are refused: a status and fields, one after the other.
        self.refusals: list[tuple[int, dict[str, str]]] = []
        self.port = 0
        self._server: HTTPServer | None = None

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/"

    def start(self) -> None:
        peer = self

        class Handler(WebSocketHandler):
            def prepare(self) -> None:
                peer.requests += 1
                if peer.refusals:
                    status, fields = peer.refusals.pop(0)
                    self.set_status(status)
                    for name, value in fields.items():
                        self.set_header(name, value)
                    self.finish()

            def open(self) -> None:
                peer.handlers.append(self)
                self.write_message(f"hello {len(peer.handlers)} {self.request.query}")

            def on_message(self, message: str | bytes) -> None:
                peer.received.put_nowait(message)
                if message == "drop me":
                    self.ws_connection.abort()

        listeners = bind_sockets(self.port, "127.0.0.1")
        self.port = listeners[0].getsockname()[1]
        self._server = HTTPServer(Application([("/", Handler)]))
        self._server.add_sockets(listeners)

    async def stop(self) -> None:
        self._server.stop()
        await self._server.close_all_connections()
        self.drop()

    def drop(self) -> None:
        """Lose all connections, without a close frame."""
        for handler in self.handlers:
            if handler.ws_connection is not None:
                handler.ws_connection.abort()


@contextlib.asynccontextmanager
async def running() -> AsyncIterator[Peer]:
    peer = Peer()
    peer.start()
    yield peer
    await peer.stop()


def run(coroutine: Awaitable[Any]) -> Any:
    async def limited() -> Any:
        return await asyncio.wait_for(coroutine, 30)

    return asyncio.run(limited())


async def until(condition: Any) -> None:
    while not condition():  # noqa: ASYNC110 - it is about things of many kinds
        await asyncio.sleep(0.005)


def has_lost(updates: Reconnecting) -> bool:
    return updates.connection is None


def test_messages_go_on_when_the_server_is_back():
    gaps: list[Gap] = []

    async def main() -> None:
        async with (
            running() as peer,
            Reconnecting(peer.url, on_gap=gaps.append, **QUICK) as updates,
        ):
            assert await anext(updates) == "hello 1 "
            before = time.time()
            await peer.stop()
            following = asyncio.create_task(anext(updates))
            await until(lambda: updates.connection is None)
            with pytest.raises(WebSocketClosedError, match="no connection at the moment"):
                updates.write_message("lost")
            await asyncio.sleep(0.1)  # several attempts fail
            assert not following.done()
            assert gaps == []
            peer.start()
            assert await following == "hello 2 "
            (gap,) = gaps
            assert before <= gap.lost_at <= gap.connected_at <= time.time()
            assert gap.duration >= 0.1
            assert gap.attempts > 1
            assert (gap.close_code, gap.close_reason) == (1001, "the server is shutting down")
            assert isinstance(gap.error, ConnectionRefusedError)
            with pytest.raises(dataclasses.FrozenInstanceError):
                gap.attempts = 1
            await updates.write_message("heard")
            assert await peer.received.get() == "heard"

    run(main())


def test_the_gap_comes_before_the_messages_of_the_new_connection():
    events: list[Any] = []

    async def main() -> None:
        async def catch_up(gap: Gap) -> None:
            events.append(gap)
            await updates.write_message("what came after 17?")
            await asyncio.sleep(0.05)
            events.append("caught up")

        async with (
            running() as peer,
            Reconnecting(peer.url, on_gap=catch_up, **QUICK) as updates,
        ):
            events.append(await anext(updates))
            peer.handlers[0].close(1012, "restarting")
            events.append(await anext(updates))
            assert await peer.received.get() == "what came after 17?"

    run(main())
    assert events[0] == "hello 1 "
    assert (events[1].close_code, events[1].close_reason) == (1012, "restarting")
    assert events[1].attempts == 1
    assert events[2:] == ["caught up", "hello 2 "]


def test_a_connection_that_is_lost_while_the_program_catches_up_widens_the_gap():
    gaps: list[Gap] = []

    async def main() -> None:
        async def catch_up(gap: Gap) -> None:
            gaps.append(gap)
            if len(gaps) == 1:
                updates.write_message("drop me")
                await updates.connection.wait_closed()
                updates.write_message("too late")

        async with (
            running() as peer,
            Reconnecting(peer.url, on_gap=catch_up, **QUICK) as updates,
        ):
            await anext(updates)
            peer.drop()
            assert await anext(updates) == "hello 3 "

    run(main())
    assert gaps[0].lost_at == gaps[1].lost_at
    assert [gap.attempts for gap in gaps] == [1, 2]


def test_an_exception_of_on_gap_is_raised_and_the_gap_is_told_again():
    calls: list[Gap] = []

    def catch_up(gap: Gap) -> None:
        calls.append(gap)
        if len(calls) == 1:
            raise LookupError("no such number")

    async def main() -> None:
        async with (
            running() as peer,
            Reconnecting(peer.url, on_gap=catch_up, **QUICK) as updates,
        ):
            await anext(updates)
            peer.drop()
            with pytest.raises(LookupError):
                await anext(updates)
            assert await anext(updates) == "hello 2 "

    run(main())
    assert calls[0].lost_at == calls[1].lost_at


def test_the_iteration_ends_when_the_program_closes():
    async def main() -> None:
        async with running() as peer:
            updates = Reconnecting(peer.url, **QUICK)
            async for message in updates:
                assert message == "hello 1 "
                updates.close(4000, "enough")
                assert updates.is_closed
            await until(lambda: peer.handlers[0].close_code == 4000)
            assert [message async for message in updates] == []
            assert peer.requests == 1

    run(main())


@pytest.mark.parametrize("moment", ["reading", "waiting", "connecting"])
def test_closing_ends_whatever_is_under_way(moment):
    async def main() -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:  # it accepts, and never answers
            async with running() as peer:
                url = peer.url
                if moment == "connecting":
                    url = f"ws://127.0.0.1:{silent.getsockname()[1]}/"
                if moment == "waiting":
                    await peer.stop()
                updates = Reconnecting(url, first_delay=20)
                if moment == "reading":
                    await anext(updates)
                following = asyncio.create_task(anext(updates))
                await asyncio.sleep(0.05)
                assert not following.done()
                updates.close()
                with pytest.raises(StopAsyncIteration):
                    await asyncio.wait_for(following, 5)

    run(main())


def test_a_cancelled_iteration_goes_on_where_it_was():
    gaps: list[Gap] = []

    async def main() -> None:
        async with running() as peer:
            updates = Reconnecting(peer.url, on_gap=gaps.append, first_delay=0.3, jitter=0)
            await anext(updates)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(anext(updates), 0.02)
            peer.drop()
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(anext(updates), 0.02)
            assert await anext(updates) == "hello 2 "
            assert [gap.attempts for gap in gaps] == [1]
            updates.close()

    run(main())


@pytest.mark.parametrize("code", [None, 1001, 1011, 1012, 1013, 4000])
def test_close_codes_after_which_another_connection_is_tried(code):
    async def main() -> None:
        async with running() as peer, Reconnecting(peer.url, **QUICK) as updates:
            await anext(updates)
            peer.handlers[0].close(code)
            assert await anext(updates) == "hello 2 "

    run(main())


@pytest.mark.parametrize("code", [1002, 1003, 1007, 1008, 1009, 1010, 3000, 3003])
def test_close_codes_after_which_none_is(code):
    async def main() -> None:
        async with running() as peer, Reconnecting(peer.url, **QUICK) as updates:
            await anext(updates)
            peer.handlers[0].close(code, "not you")
            with pytest.raises(ReconnectError, match=f"{code}: not you") as caught:
                await anext(updates)
            assert (caught.value.close_code, caught.value.close_reason) == (code, "not you")
            with pytest.raises(StopAsyncIteration):
                await anext(updates)
            assert peer.requests == 1

    run(main())


def test_a_program_names_codes_of_its_own_as_final():
    async def main() -> None:
        async with (
            running() as peer,
            Reconnecting(peer.url, final_codes={4401}, **QUICK) as updates,
        ):
            await anext(updates)
            peer.handlers[0].close(1008)
            await anext(updates)
            peer.handlers[1].close(4401)
            with pytest.raises(ReconnectError, match="4401: no reason given"):
                await anext(updates)

    run(main())


def test_a_normal_close_of_the_server_ends_the_iteration():
    async def main() -> None:
        async with running() as peer, Reconnecting(peer.url, **QUICK) as updates:
            peer.handlers[0].close(1000, "that was all")
            assert [message async for message in updates] == ["hello 1 "]
            assert updates.is_closed

    run(main())


def test_a_server_that_has_heard_nothing_gets_a_new_connection():
    async def main() -> None:
        async with running() as peer, Reconnecting(peer.url, **QUICK) as updates:
            await anext(updates)
            peer.handlers[0].close(1000, "ping timed out")
            assert await anext(updates) == "hello 2 "

    run(main())


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503])
def test_refusals_that_pass(status):
    async def main() -> None:
        async with running() as peer:
            peer.refusals = [(status, {}), (status, {"Retry-After": "0"})]
            async with Reconnecting(peer.url, **QUICK) as updates:
                assert await anext(updates) == "hello 1 "
            assert peer.requests == 3

    run(main())


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_refusals_that_stay(status):
    async def main() -> None:
        async with running() as peer:
            peer.refusals = [(status, {})]
            updates = Reconnecting(peer.url, **QUICK)
            with pytest.raises(HTTPClientError) as caught:
                await anext(updates)
            assert caught.value.code == status
            assert updates.is_closed
            assert peer.requests == 1

    run(main())


def test_a_server_that_does_not_speak_websocket_is_not_asked_again():
    async def main() -> None:
        class Page(RequestHandler):
            def get(self) -> None:
                self.write("a page")

        listeners = bind_sockets(0, "127.0.0.1")
        server = HTTPServer(Application([("/", Page)]))
        server.add_sockets(listeners)
        with pytest.raises(WebSocketError, match="Non-websocket response"):
            async with Reconnecting(f"ws://127.0.0.1:{listeners[0].getsockname()[1]}/", **QUICK):
                raise AssertionError("the block is not entered")
        server.stop()
        await server.close_all_connections()

    run(main())


def test_giving_up():
    async def main() -> None:
        async with running() as peer:
            updates = Reconnecting(peer.url, give_up_after=0.2, **QUICK)
            await anext(updates)
            peer.handlers[0].close(1012, "restarting")
            await updates.connection.wait_closed()
            await peer.stop()
            with pytest.raises(ReconnectError, match=r"no connection for .* attempts: ") as caught:
                await anext(updates)
            assert (caught.value.close_code, caught.value.close_reason) == (1012, "restarting")
            assert isinstance(caught.value.__cause__, ConnectionRefusedError)
            with pytest.raises(StopAsyncIteration):
                await anext(updates)

    run(main())


def test_every_attempt_may_have_a_request_of_its_own():
    numbers = iter("123")

    async def main() -> None:
        async with running() as peer:

            async def request() -> HTTPRequest:
                return HTTPRequest(f"{peer.url}?token={next(numbers)}", connect_timeout=5)

            async with Reconnecting(request, **QUICK) as updates:
                assert await anext(updates) == "hello 1 token=1"
                peer.drop()
                assert await anext(updates) == "hello 2 token=2"
            async with Reconnecting(lambda: f"{peer.url}?plain", connect_timeout=5) as updates:
                assert await anext(updates) == "hello 3 plain"

    run(main())


def test_a_silent_connection_is_noticed_by_its_pings():
    async def main() -> None:
        async with running() as peer:
            assert Reconnecting(peer.url)._options["ping_interval"] == 30
            async with Reconnecting(peer.url, ping_interval=0.05, **QUICK) as updates:
                await anext(updates)
                peer.handlers[0].stream.pause_reading()  # it is there, and does not answer
                assert await anext(updates) == "hello 2 "

    run(main())


def test_options_that_make_no_sense():
    with pytest.raises(WebSocketError, match="iterated over"):
        Reconnecting("ws://127.0.0.1/", on_message_callback=print)
    for options in ({"first_delay": 0}, {"first_delay": 2, "max_delay": 1}, {"jitter": 2}):
        with pytest.raises(ValueError, match=r"delays|jitter"):
            Reconnecting("ws://127.0.0.1/", **options)


# What the delays are.


def test_delays_double_up_to_a_bound_and_begin_anew():
    backoff = Backoff(1, 5, 0)
    assert [backoff.delay() for _ in range(5)] == [1, 2, 4, 5, 5]
    backoff.reset()
    assert backoff.delay() == 1


@pytest.mark.parametrize(("drawn", "delays"), [(0.0, [1, 2, 4]), (1.0, [0.5, 1, 2])])
def test_jitter_shortens_delays(drawn, delays):
    backoff = Backoff(1, 10, 0.5, random=lambda: drawn)
    assert [backoff.delay() for _ in range(3)] == delays


def test_a_connection_that_lasted_makes_the_delays_begin_anew():
    async def main() -> None:
        async with running() as peer:
            for stable_after, expected in ((60, [1, 2, 4]), (0, [1, 1, 1])):
                updates = Reconnecting(peer.url, first_delay=1, jitter=0, stable_after=stable_after)
                delays = []
                for _ in expected:
                    await anext(updates)
                    peer.drop()
                    following = asyncio.create_task(anext(updates))
                    await until(partial(has_lost, updates))
                    await asyncio.sleep(0)
                    following.cancel()
                    delays.append(updates._delay)
                    updates._delay = 0
                assert delays == expected
                updates.close()

    run(main())


@pytest.mark.parametrize(
    ("error", "passes"),
    [
        (ConnectionRefusedError(), True),
        (StreamClosedError(), True),
        (TimeoutError(), True),
        (socket.gaierror(socket.EAI_AGAIN, "no answer of the resolver"), True),
        (ssl.SSLError(), True),
        (ssl.SSLCertVerificationError(), False),
        (HTTPClientError(599), True),
        (HTTPClientError(302), False),
        (HandshakeError("no"), False),
        (ValueError("no such URL"), False),
    ],
)
def test_errors_that_may_pass(error, passes):
    assert may_pass(error) is passes


@pytest.mark.parametrize(
    ("value", "seconds"), [("7", 7), ("", 0), ("Fri, 31 Dec 1999 23:59:59 GMT", 0), ("-1", 0)]
)
def test_the_delay_that_a_server_asks_for(value, seconds):
    from tornado.httpclient import HTTPResponse

    request = HTTPRequest("http://127.0.0.1/")
    response = HTTPResponse(request, 503, {"Retry-After": value})
    assert requested_delay(HTTPClientError(503, response=response)) == seconds
    assert requested_delay(OSError()) == 0
