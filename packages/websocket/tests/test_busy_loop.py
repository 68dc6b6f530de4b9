"""Messages of one turn of a busy loop leave together, in order and before the end."""

from __future__ import annotations

import math

import pytest

from tornado.websocket import WebSocketHandler
from tornado.websocket.protocol import Close

#: More messages than it takes until those of one turn leave together.
WARM_UP = 300
#: After a turn of more seconds they do not any more.
LONGEST_TURN = "tornado.iostream._unsent._write_batch._LONG"


class Talking(WebSocketHandler):
    """Answers with as many messages as it is asked for, as `respond` sends them."""

    handlers: list

    def open(self):
        self.handlers.append(self)

    def on_message(self, message):
        for number in range(int(message)):
            self.write_message(str(number))


@pytest.fixture
def talk(site, monkeypatch):
    """Return a site whose loop is busy, its handlers, and clients of them."""
    monkeypatch.setattr(LONGEST_TURN, math.inf)

    def start(count=1):
        handlers = []
        application = site(type("Handler", (Talking,), {"handlers": handlers}))
        peers = [application.connect() for _ in range(count)]
        most = WARM_UP
        peers[0].send(str(most))
        assert [peers[0].receive() for _ in range(most)] == [str(number) for number in range(most)]
        return application, handlers, peers

    return start


def write_all(handlers, *messages):
    """Write in one turn of the loop, and return what is still to be sent at its end."""
    for handler in handlers:
        for message in messages:
            handler.write_message(message, isinstance(message, bytes))
    return [handler.stream._kept for handler in handlers]


def test_messages_of_one_turn_arrive_in_order(talk):
    application, handlers, peers = talk(5)
    for turn in range(20):
        kept = application.call(write_all, handlers, f"first {turn}", f"second {turn}")
        assert all(kept), "the batch is not open"
        for peer in peers:
            assert peer.receive() == f"first {turn}"
            assert peer.receive() == f"second {turn}"


def test_large_messages_and_pings_come_after_what_is_kept(talk):
    application, handlers, (peer,) = talk()

    def write():
        handlers[0].write_message("small")
        handlers[0].write_message(bytes(100_000), binary=True)
        handlers[0].write_message("small again")
        handlers[0].ping(b"x")

    application.call(write)
    assert [peer.receive() for _ in range(3)] == ["small", bytes(100_000), "small again"]


def test_a_close_comes_after_what_is_kept(talk):
    application, handlers, (peer,) = talk()

    def write():
        handlers[0].write_message("the last words")
        handlers[0].close(1001, "bye")

    application.call(write)
    assert peer.receive() == "the last words"
    closed = peer.receive()
    assert isinstance(closed, Close)
    assert (closed.code, closed.reason) == (1001, "bye")
