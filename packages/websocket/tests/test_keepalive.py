"""Pings in intervals, and what counts as a sign of life."""

from __future__ import annotations

import asyncio
import queue
import threading
import time

import pytest

from tornado.websocket import WebSocketHandler
from tornado.websocket.protocol import Close, Ping


class Handler(WebSocketHandler):
    ended: queue.Queue

    def on_message(self, message):
        self.write_message(message)

    def on_close(self):
        self.ended.put(self.close_code)


@pytest.fixture
def pinging(site):
    def start(handler=Handler, **settings):
        ended = queue.Queue()
        return site(type("Pinging", (handler,), {"ended": ended}), **settings), ended

    return start


def test_pings_come_in_intervals(pinging):
    application, ended = pinging(websocket_ping_interval=0.05, websocket_ping_timeout=0.05)
    peer = application.connect()
    for _ in range(5):
        assert peer.receive() == Ping(b"")
        peer.send_raw(peer.connection.take_answers())
    assert ended.empty()


def test_a_client_that_is_silent_is_closed(pinging):
    application, ended = pinging(websocket_ping_interval=0.05)
    peer = application.connect()
    assert peer.receive() == Ping(b"")
    assert peer.receive() == Close(1000, "ping timed out")
    assert peer.receive() is None
    assert ended.get(timeout=10) is None


def test_a_client_that_sends_is_alive_without_a_pong(pinging):
    application, ended = pinging(websocket_ping_interval=0.1)
    peer = application.connect()
    pings = 0
    while pings < 4:
        peer.send("busy")
        while (event := peer.receive()) != "busy":
            assert event == Ping(b"")
            pings += 1
        peer.connection.take_answers()  # they are not sent
        time.sleep(0.01)
    assert ended.empty()


def test_a_handler_that_is_busy_does_not_lose_its_client(pinging):
    begun, go_on = threading.Event(), threading.Event()

    class Busy(Handler):
        async def on_message(self, message):
            begun.set()
            await asyncio.get_running_loop().run_in_executor(None, go_on.wait, 10)
            self.write_message("done")

    application, ended = pinging(Busy, websocket_ping_interval=0.05)
    peer = application.connect()
    peer.send("compute", "and again")
    assert begun.wait(10)
    for _ in range(4):  # what the client answers stays unread meanwhile
        assert peer.receive() == Ping(b"")
        peer.send_raw(peer.connection.take_answers())
    assert ended.empty()
    go_on.set()
    events = []
    while events.count("done") < 2:
        events.append(peer.receive())
        peer.send_raw(peer.connection.take_answers())
    assert set(events) <= {"done", Ping(b"")}


def test_no_pings_without_the_setting(pinging):
    application, _ = pinging()
    peer = application.connect()
    peer.socket.settimeout(0.2)
    with pytest.raises(TimeoutError):
        peer.receive()


def test_the_timeout_is_at_most_the_interval(pinging):
    application, ended = pinging(websocket_ping_interval=0.05, websocket_ping_timeout=30)
    application.connect()
    assert ended.get(timeout=10) is None
