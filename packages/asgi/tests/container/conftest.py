"""A websocket client on the plain socket of the other fixtures."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

import pytest

from tornado.httputil import HTTPHeaders
from tornado.websocket.protocol import Connection, check_response, new_key, request_headers


class Peer:
    """A websocket client on the plain socket of the fixture."""

    def __init__(self, client: Any, path: str = "/", fields: str = "", **options: Any) -> None:
        self.client = client
        key = new_key()
        lines = {"Host": "example", **request_headers(key, **options)}
        text = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        client.send(f"GET {path} HTTP/1.1\r\n{text}{fields}\r\n".encode())
        self.status, self.fields = client.read_head()
        self._events: deque[Any] = deque()
        if self.status == 101:
            self.subprotocol, agreement = check_response(
                101, HTTPHeaders(self.fields), key=key, **options
            )
            self.connection = Connection(is_client=True, agreement=agreement)

    def send(self, message: str | bytes) -> None:
        make = (
            self.connection.send_text if isinstance(message, str) else self.connection.send_binary
        )
        self.client.send(make(message))  # type: ignore[arg-type]  # it depends on the message

    def receive(self) -> Any:
        """Return what comes next; None at the end of the connection."""
        while not self._events:
            data = self.client.read_some()
            if not data:
                return None
            self._events += self.connection.receive(data, 1_000_000)
        return self._events.popleft()


@pytest.fixture
def connect() -> Callable[..., Peer]:
    """Open a websocket: ``connect(client, path, fields, **options)``."""
    return Peer
