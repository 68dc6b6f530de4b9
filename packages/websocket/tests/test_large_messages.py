"""Messages that do not fit into one read, or into what the system takes at once."""

from __future__ import annotations

import asyncio
import queue

import pytest

from tornado.websocket import WebSocketClosedError, WebSocketHandler
from tornado.websocket.protocol import DeflateSettings

SIZES = (8191, 8192, 65_535, 65_536, 126_961, 126_962, 126_963, 300_000, 3_000_000)


class Echo(WebSocketHandler):
    """Sends back what it gets, and waits until it is sent."""

    def get_compression_options(self):
        return {}

    async def on_message(self, message):
        await self.write_message(message, isinstance(message, bytes))


@pytest.mark.parametrize("deflate", [None, DeflateSettings()], ids=["plain", "deflate"])
def test_messages_of_every_size_come_back(site, deflate):
    peer = site(Echo).connect(deflate=deflate)
    for size in SIZES:
        for message in (bytes(index % 251 for index in range(size)), "tö" * (size // 3)):
            peer.send(message)
            assert peer.receive() == message


def test_many_large_messages_keep_their_order(site):
    class Handler(WebSocketHandler):
        def on_message(self, message):
            for number in range(int(message)):
                self.write_message(b"%d," % number * 20_000, binary=True)
            self.write_message("done")

    peer = site(Handler).connect()
    peer.send("30")
    for number in range(30):
        assert peer.receive() == b"%d," % number * 20_000
    assert peer.receive() == "done"


def test_a_large_message_that_is_not_taken_fails_when_the_client_goes(site):
    outcome = queue.Queue()

    class Handler(WebSocketHandler):
        async def open(self):
            sending = asyncio.ensure_future(self.write_message(bytes(8_000_000), binary=True))
            outcome.put("begun")
            try:
                await sending
            except WebSocketClosedError:
                outcome.put("closed")

    peer = site(Handler).connect(receive_buffer=4096)
    assert outcome.get(timeout=10) == "begun"
    peer.drop()
    assert outcome.get(timeout=10) == "closed"
