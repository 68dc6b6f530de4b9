"""One client's flood of messages leaves the loop to the others."""

from __future__ import annotations

import asyncio

from tornado.websocket import WebSocketHandler
from tornado.websocket.protocol import Pong

BATCH = 64  # events that are handled before others get their turn


def test_s9_the_loop_gets_its_turn_within_a_flood_of_tiny_messages(site):
    class Handler(WebSocketHandler):
        longest = 0  # messages in one turn of the loop
        in_this_turn = 0

        def on_message(self, message):
            cls = type(self)
            if not cls.in_this_turn:
                asyncio.get_running_loop().call_soon(self.end_turn)
            cls.in_this_turn += 1
            cls.longest = max(cls.longest, cls.in_this_turn)
            if message == "last":
                self.write_message(str(cls.longest))

        @classmethod
        def end_turn(cls):
            cls.in_this_turn = 0

    peer = site(Handler).connect()
    peer.send(*["x"] * 5000, "last")
    assert 1 < int(peer.receive()) <= 2 * BATCH  # the end of one batch and the next one may meet


def test_s9_a_flood_of_pings_gets_an_answer_for_each_batch_at_most(site):
    answers = 0
    peer = site(WebSocketHandler).connect()
    pings = [b"%d" % number for number in range(2000)]
    peer.send_raw(b"".join(peer.connection.send_ping(data) for data in pings))
    while peer.receive() != Pong(pings[-1]):
        answers += 1
    assert answers < len(pings) // 4


def test_s9_a_flood_of_tiny_fragments_is_one_message(site):
    class Echo(WebSocketHandler):
        def on_message(self, message):
            self.write_message(message)

    peer = site(Echo).connect()
    key = bytes(4)
    first, middle, last = (bytes((head, 0x81)) + key + b"x" for head in (0x01, 0x00, 0x80))
    peer.send_raw(first + middle * 20_000 + last)
    assert peer.receive() == "x" * 20_002
