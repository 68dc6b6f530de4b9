"""Messages leave at once, however busy the loop is: a program may go on with long work."""

from __future__ import annotations

import math
import select

import pytest

from tornado.websocket import WebSocketHandler, broadcast

#: More writes than it takes until the answers of one turn leave together.
WARM_UP = 300
#: After a turn of more seconds they do not any more.
LONGEST_TURN = "tornado.iostream._unsent._write_batch._LONG"


class Talking(WebSocketHandler):
    """Keeps the handlers."""

    handlers: list

    def open(self):
        self.handlers.append(self)

    def on_message(self, message):
        self.write_message(message)


@pytest.fixture
def talk(site, monkeypatch):
    """Return a site whose answers leave together, its handlers, and clients of them."""
    monkeypatch.setattr(LONGEST_TURN, math.inf)
    handlers = []
    application = site(type("Handler", (Talking,), {"handlers": handlers}))
    peers = [application.connect() for _ in range(3)]
    for peer in peers:
        peer.send("ready")
        assert peer.receive() == "ready"

    def answer():
        for _ in range(WARM_UP):
            handlers[0].stream.write_soon(b"\x82\x00")

    application.call(answer)
    for _ in range(WARM_UP):
        assert peers[0].receive() == b""
    return application, handlers, peers


@pytest.mark.parametrize("shared", [False, True], ids=["written", "broadcast"])
def test_a_message_leaves_before_the_callback_ends(talk, shared):
    application, handlers, peers = talk

    def write():
        handlers[0].stream.write_soon(b"\x82\x00")
        assert not has_input(peers[0]), "the batch is not open"
        if shared:
            broadcast(handlers, "working")
        else:
            for handler in handlers:
                handler.write_message("working")
        return [has_input(peer, 20) for peer in peers]

    assert application.call(write) == [True] * 3
    assert peers[0].receive() == b""
    assert [peer.receive() for peer in peers] == ["working"] * 3


def has_input(peer, seconds=0):
    return bool(select.select([peer.socket], [], [], seconds)[0])
