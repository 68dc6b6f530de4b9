"""Clients that read more slowly than they are written to."""

from __future__ import annotations

import asyncio
import queue

import pytest

from tornado.websocket import WebSocketClosedError, WebSocketHandler, broadcast
from tornado.websocket.protocol import Close

LIMIT = 200_000
MESSAGE = bytes(50_000)


class Stuffing(WebSocketHandler):
    """Keeps its connection for the test."""

    handlers: queue.Queue

    def open(self):
        self.handlers.put(self)

    def on_message(self, message):
        self.write_message(message, isinstance(message, bytes))

    def on_close(self):
        self.handlers.put("closed")

    def fill(self, count=1000):
        """Write until there is an error, or so many messages."""
        for number in range(count):
            try:
                self.write_message(MESSAGE, binary=True)
            except WebSocketClosedError:
                return number
        return count

    def unsent(self):
        return self.stream.write_buffer_size


@pytest.fixture
def stuffing(site):
    def start(**settings):
        handlers = queue.Queue()
        handler = type("Handler", (Stuffing,), {"handlers": handlers})
        application = site(handler, websocket_max_unsent=LIMIT, **settings)
        return application, handlers

    return start


def test_s21_a_client_that_does_not_read_is_closed(stuffing):
    application, handlers = stuffing(websocket_close_timeout=0.2)
    application.connect(receive_buffer=4096)
    handler = handlers.get(timeout=10)
    assert application.call(handler.fill) < 1000
    assert application.call(handler.unsent) <= LIMIT + 2 * len(MESSAGE)
    assert handlers.get(timeout=10) == "closed"


def test_a_client_that_reads_too_slowly_hears_why(stuffing):
    application, handlers = stuffing(websocket_close_timeout=30)
    peer = application.connect(receive_buffer=4096)
    handler = handlers.get(timeout=10)
    count = application.call(handler.fill)
    for _ in range(count):
        assert peer.receive() == MESSAGE
    assert peer.receive() == Close(1013, "messages are read too slowly")
    peer.send_raw(peer.connection.take_answers())
    assert peer.receive() is None


def test_messages_are_dropped(stuffing):
    application, handlers = stuffing(websocket_slow_reader="drop")
    peer = application.connect(receive_buffer=4096)
    handler = handlers.get(timeout=10)
    assert application.call(handler.fill) == 1000
    assert application.call(handler.unsent) <= LIMIT + 2 * len(MESSAGE)
    application.call(lambda: handler.ws_connection.dropped_messages)
    dropped = application.call(lambda: handler.ws_connection.dropped_messages)
    assert 0 < dropped < 1000
    for _ in range(1000 - dropped):
        assert peer.receive() == MESSAGE
    peer.send("and now?")
    assert peer.receive() == "and now?"


def test_messages_wait_until_there_is_room(stuffing):
    application, handlers = stuffing(websocket_slow_reader="wait")
    peer = application.connect(receive_buffer=4096)
    handler = handlers.get(timeout=10)
    done = queue.Queue()

    async def write():
        for number in range(200):
            await handler.write_message(MESSAGE, binary=True)
            done.put(number)

    asyncio.run_coroutine_threadsafe(write(), application.loop)
    for _ in range(200):
        assert peer.receive() == MESSAGE
    assert [done.get(timeout=10) for _ in range(200)] == list(range(200))


def test_messages_that_wait_keep_their_order_and_come_before_the_close_frame(stuffing):
    application, handlers = stuffing(websocket_slow_reader="wait")
    peer = application.connect(receive_buffer=4096)
    handler = handlers.get(timeout=10)
    messages = [b"%d " % number * 20_000 for number in range(60)]

    def write():
        for message in messages:
            handler.write_message(message, binary=True)
        unsent = handler.unsent()
        handler.close(1000)
        return unsent

    assert application.call(write) <= LIMIT + 200_000
    assert [peer.receive() for _ in messages] == messages
    assert peer.receive() == Close(1000, "")


def test_waiting_ends_with_the_connection(stuffing):
    application, handlers = stuffing(websocket_slow_reader="wait")
    peer = application.connect(receive_buffer=4096)
    handler = handlers.get(timeout=10)

    async def write():
        while True:
            await handler.write_message(MESSAGE, binary=True)

    future = asyncio.run_coroutine_threadsafe(write(), application.loop)
    assert peer.receive() == MESSAGE
    peer.drop()
    assert isinstance(future.exception(timeout=10), WebSocketClosedError)


def test_a_message_that_waited_is_done_when_the_system_has_taken_it(stuffing):
    application, handlers = stuffing(websocket_slow_reader="wait")
    peer = application.connect(receive_buffer=4096)
    handler = handlers.get(timeout=10)
    seen = queue.Queue()

    def write():
        for _ in range(60):
            written = handler.write_message(MESSAGE, binary=True)
        written.add_done_callback(lambda _: seen.put(handler.unsent()))

    application.call(write)
    for _ in range(60):
        assert peer.receive() == MESSAGE
    assert seen.get(timeout=10) == 0


def test_a_message_that_waited_fails_with_the_connection(stuffing):
    application, handlers = stuffing(websocket_slow_reader="wait")
    peer = application.connect(receive_buffer=4096)
    handler = handlers.get(timeout=10)
    futures = application.call(
        lambda: [handler.write_message(MESSAGE, binary=True) for _ in range(60)]
    )
    peer.drop()
    assert handlers.get(timeout=10) == "closed"
    last = application.call(lambda: [future.exception() for future in futures])[-5:]
    assert [type(error) for error in last] == [WebSocketClosedError] * 5


def test_others_do_not_notice_a_slow_reader(stuffing):
    application, handlers = stuffing(websocket_slow_reader="drop")
    slow = application.connect(receive_buffer=4096)
    peers = [application.connect() for _ in range(3)]
    receivers = [handlers.get(timeout=10) for _ in range(4)]
    for number in range(100):
        message = b"%d " % number * 10_000
        assert application.call(broadcast, receivers, message, True) >= 3
        assert [peer.receive() for peer in peers] == [message] * 3
    assert slow.receive() == b"0 " * 10_000


def test_an_unknown_policy_is_an_error(stuffing, caplog):
    application, _ = stuffing(websocket_slow_reader="panic")
    assert application.connect().status == 500
    assert "close, drop, wait" in caplog.text
