"""The floor: an asyncio protocol that finds the end of the request and answers from a template.

It checks nothing and knows one request, so no real server can be below it. The date is real and
made once a second, as everybody's.
"""

from __future__ import annotations

import asyncio
import json
from email.utils import formatdate
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING

from loop import run
from settings import HOST, Settings, read_settings

if TYPE_CHECKING:
    from collections.abc import Callable


class Head:
    """A response head with a date of this second."""

    def __init__(self, kind: str, more: str = "") -> None:
        self._kind = kind
        self._more = more
        self._dated = b""
        self._until = 0.0

    def __call__(self, length: int) -> bytes:
        now = monotonic()
        if now >= self._until:
            self._until = now + 1
            self._dated = (
                f"HTTP/1.1 200 OK\r\nContent-Type: {self._kind}\r\n"
                f"Date: {formatdate(usegmt=True)}\r\n{self._more}Content-Length: "
            ).encode()
        return b"%s%d\r\n\r\n" % (self._dated, length)


class Canned(asyncio.Protocol):
    """Answer every request with the same body."""

    def __init__(self, body: bytes, more: str = "") -> None:
        self.body = body
        self.head = Head("text/html; charset=UTF-8", more)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        if data.endswith(b"\r\n\r\n"):
            self.transport.write(self.head(len(self.body)) + self.body)


class Body(asyncio.Protocol):
    """Wait for a whole body and answer with what is made of it."""

    def __init__(self, answer: Callable[[bytes], bytes]) -> None:
        self.answer = answer
        self.head = Head("application/json")
        self.data = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.data += data
        head, found, body = self.data.partition(b"\r\n\r\n")
        if found and len(body) >= content_length(head):
            self.data = b""
            answer = self.answer(body)
            self.transport.write(self.head(len(answer)) + answer)


class Count(asyncio.Protocol):
    """Count the bytes of a body as they come."""

    def __init__(self) -> None:
        self.head = Head("text/plain")
        self.missing = 0
        self.count = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        size = len(data)
        if not self.missing:
            head, _, body = data.partition(b"\r\n\r\n")
            self.count = self.missing = content_length(head)
            size = len(body)
        self.missing -= size
        if not self.missing:
            answer = b"%d" % self.count
            self.transport.write(self.head(len(answer)) + answer)


def content_length(head: bytes) -> int:
    return int(head.partition(b"Content-Length: ")[2].partition(b"\r\n")[0])


def receipt(body: bytes) -> bytes:
    order = json.loads(body)
    answer = {"accepted": len(order["lines"]), "order": order}
    return json.dumps(answer, separators=(",", ":")).encode()


def make_protocol(settings: Settings) -> Callable[[], asyncio.Protocol]:
    return {
        "hello": partial(Canned, b"Hello, world"),
        "own-field": partial(Canned, b"Hello, world", "X-Request-Kind: page\r\n"),
        "large": partial(Canned, settings.large.encode()),
        "json": partial(Body, receipt),
        "stream": Count,
    }[settings.case]


async def main(settings: Settings) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        make_protocol(settings), HOST, settings.port, ssl=settings.context
    )
    await server.serve_forever()


if __name__ == "__main__":
    settings = read_settings()
    run(main(settings), settings)
