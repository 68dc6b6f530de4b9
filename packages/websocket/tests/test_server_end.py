"""What becomes of open connections when their server ends."""

from __future__ import annotations

import asyncio
import queue
import threading
import time

import pytest

from tornado.websocket import WebSocketHandler
from tornado.websocket.protocol import Close

GOING_AWAY = Close(1001, "the server is shutting down")


class Recording(WebSocketHandler):
    """Tells the test of its beginning and its end."""

    events: queue.Queue

    def open(self):
        self.events.put("open")

    def on_message(self, message):
        self.events.put(message)

    def on_close(self):
        self.events.put(("closed", self.close_code))


@pytest.fixture
def recording(site):
    events = queue.Queue()
    return site(type("Handler", (Recording,), {"events": events})), events


def ending(application, method, **options):
    """Let a server end, in a thread; return the thread and a list for the result."""
    results = []

    def end():
        future = asyncio.run_coroutine_threadsafe(
            getattr(application.server, method)(**options), application.loop
        )
        results.append(future.result(30))

    thread = threading.Thread(target=end)
    thread.start()
    return thread, results


@pytest.mark.parametrize(
    ("method", "options"), [("close_all_connections", {}), ("drain", {"grace": 0.01})]
)
def test_clients_hear_that_the_server_goes_away(recording, method, options):
    application, events = recording
    peers = [application.connect() for _ in range(3)]
    for _ in peers:
        assert events.get(timeout=20) == "open"
    thread, results = ending(application, method, **options)
    for peer in peers:
        assert peer.receive() == GOING_AWAY
        peer.send_raw(peer.connection.take_answers())
        assert peer.receive() is None
        assert events.get(timeout=20) == ("closed", 1001)
    thread.join(30)
    assert results in ([None], [0])


@pytest.mark.parametrize(
    ("method", "options"),
    [("close_all_connections", {}), ("drain", {"grace": 0.01, "timeout": 0.1})],
)
def test_a_client_that_does_not_answer_is_cut_off(recording, method, options):
    application, events = recording
    peer = application.connect()
    assert events.get(timeout=20) == "open"
    thread, _ = ending(application, method, **options)
    assert peer.receive() == GOING_AWAY
    assert peer.receive() is None
    assert events.get(timeout=20) == ("closed", None)
    thread.join(30)
    assert not thread.is_alive()


def test_a_client_that_answers_is_waited_for_no_longer(recording):
    application, events = recording
    peer = application.connect()
    assert events.get(timeout=20) == "open"
    thread, _ = ending(application, "drain", grace=0.01, timeout=300)
    assert peer.receive() == GOING_AWAY
    peer.send_raw(peer.connection.take_answers())
    thread.join(30)
    assert not thread.is_alive()


def test_messages_on_their_way_are_received_before_the_end(recording):
    application, events = recording
    peer = application.connect()
    assert events.get(timeout=20) == "open"
    thread, _ = ending(application, "drain", grace=0.01)
    assert peer.receive() == GOING_AWAY
    peer.send_raw(b"\x81\x84\x00\x00\x00\x00late")
    peer.send_raw(peer.connection.take_answers())
    assert peer.receive() is None
    thread.join(30)
    assert events.get(timeout=20) == "late"
    assert events.get(timeout=20) == ("closed", 1001)


def test_a_connection_that_has_ended_is_forgotten(recording):
    application, events = recording
    for _ in range(3):
        peer = application.connect()
        assert events.get(timeout=20) == "open"
        peer.close(1000)
        assert events.get(timeout=20) == ("closed", 1000)
    began = time.monotonic()
    thread, _ = ending(application, "close_all_connections")
    thread.join(30)
    assert not thread.is_alive()
    assert time.monotonic() - began < 20


def test_a_handshake_is_refused_while_the_server_drains(site):
    events, go_on = queue.Queue(), asyncio.Event()

    class Slow(Recording):
        async def prepare(self):
            self.events.put("prepare")
            await go_on.wait()

    Slow.events = events
    application = site(Slow)
    peers = []
    opening = threading.Thread(target=lambda: peers.append(application.connect()))
    opening.start()
    assert events.get(timeout=20) == "prepare"
    thread, _ = ending(application, "drain", grace=0.01)
    deadline = time.monotonic() + 20
    while not application.call(lambda: application.server._is_draining):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    application.call(go_on.set)
    opening.join(20)
    assert (peers[0].status, peers[0].body) == (503, b"the server is shutting down")
    assert peers[0].fields["Connection"] == "close"
    thread.join(30)
    assert not thread.is_alive()
