"""A response leaves before the hook after it runs, which may go on with long work."""

from __future__ import annotations

import math
import select
import socket
import threading
from collections.abc import Callable
from typing import Any

import pytest

from tornado.web import RequestHandler

#: More writes than it takes until the answers of one turn of the loop leave together.
WARM_UP = 300
#: After a turn of more seconds they do not any more.
LONGEST_TURN = "tornado.iostream._unsent._write_batch._LONG"
PATIENCE = 20
REQUEST = b"GET %s HTTP/1.1\r\nHost: x\r\n\r\n"


class Busy(RequestHandler):
    """Writes as often as a busy server does."""

    def get(self) -> None:
        stream: Any = self.request.connection.stream  # type: ignore[union-attr]  # it is there
        for _ in range(WARM_UP):
            stream.write_soon(b"")
        self.finish("busy")


class Hooked(RequestHandler):
    """Notes whether the client has the response while the hook runs."""

    client: socket.socket
    seen: list[bool]
    over: threading.Event

    def get(self) -> None:
        self.finish("hello")

    def on_finish(self) -> None:
        self.seen.append(has_input(self.client, PATIENCE / 4))
        self.over.set()


def has_input(client: socket.socket, seconds: float = 0) -> bool:
    return bool(select.select([client], [], [], seconds)[0])


def read(client: socket.socket, end: bytes) -> None:
    data = b""
    while not data.endswith(end):
        piece = client.recv(1000)
        assert piece, data
        data += piece


def test_a_response_leaves_before_the_hook_after_it(
    site: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LONGEST_TURN, math.inf)
    seen: list[bool] = []
    logged: list[bool] = []
    over = threading.Event()
    with socket.socket() as client:
        handler = type("Handler", (Hooked,), {"client": client, "seen": seen, "over": over})
        running = site(
            [("/busy", Busy), ("/", handler)],
            log_function=lambda handler: logged.append(has_input(client)),
        )
        client.settimeout(PATIENCE)
        client.connect(("127.0.0.1", running.port))
        client.sendall(REQUEST % b"/busy")
        read(client, b"busy")
        running.take_a_turn()
        client.sendall(REQUEST % b"/")
        assert over.wait(PATIENCE)  # nobody reads while the hook looks
        read(client, b"hello")
    assert logged[-1] is False, "the answers of a turn do not leave together"
    assert seen == [True]
