"""The chat's servers, its Redis, and a client that keeps to the rules of its page."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import shutil
import subprocess
import time
from collections import deque
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import pytest
from programs import PATIENCE, Program, unused_port

from tornado.escape import json_decode, json_encode, url_escape
from tornado.httpclient import AsyncHTTPClient, HTTPRequest, HTTPResponse
from tornado.websocket import WebSocketClientConnection, WebSocketClosedError, websocket_connect

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

CHAT = Path(__file__).resolve().parents[1] / "demos" / "chat" / "app.py"
TOKEN = "a" * 32


class RedisServer:
    """A Redis of its own, which loses nothing that it has confirmed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.port = unused_port()
        self.url = f"redis://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, with all that it has stored, and return when it answers."""
        options = {
            "port": self.port, "bind": "127.0.0.1", "dir": self._folder, "save": "",
            "appendonly": "yes", "appendfsync": "always",
        }  # fmt: skip
        command = ["redis-server"]
        for name, value in options.items():
            command += [f"--{name}", str(value)]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + PATIENCE
        while self.command("PING") != "PONG":
            if time.monotonic() > deadline:
                raise RuntimeError("redis-server does not answer")
            time.sleep(0.02)

    def command(self, *words: str) -> str:
        """Send a command and return the answer."""
        command = ["redis-cli", "-p", str(self.port), *words]
        answer = subprocess.run(command, capture_output=True, text=True, check=False)
        return answer.stdout.strip()

    def kill(self) -> None:
        """End it without a farewell."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(PATIENCE)
            self._process = None


@contextlib.contextmanager
def redis_server(folder: Path) -> Iterator[RedisServer]:
    """Run a Redis, which a build server has to have; others may do without."""
    if not shutil.which("redis-server") and not os.environ.get("CI"):
        pytest.skip("no redis-server")
    server = RedisServer(folder)
    try:
        server.start()
        yield server
    finally:
        server.kill()


class ChatServer:
    """A process of the chat that may be killed and started again."""

    def __init__(self, folder: Path, *options: str) -> None:
        self._folder = folder
        self._folder.mkdir(exist_ok=True)
        self.port = unused_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self._options = ("--port", str(self.port), *options)
        self.program: Program | None = None

    def start(self) -> None:
        self.program = Program(CHAT, *self._options, printed=self._folder)
        self.program.wait_for_line("Open ")

    def kill(self) -> None:
        if self.program is not None:
            self.program.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.kill()


async def sign_in(address: str, name: str) -> str:
    """Sign in and return the cookies."""
    fields = f"name={url_escape(name)}&_xsrf={TOKEN}"
    response = await post_form(f"{address}/sign-in", fields, f"_xsrf={TOKEN}")
    match = re.search(r"user=[^;]+", response.headers["Set-Cookie"])
    return f"_xsrf={TOKEN}; {match[0] if match else ''}"


async def post(url: str, cookies: str, **fields: str) -> HTTPResponse:
    """Send a form as the page's script does."""
    pairs = [f"{name}={url_escape(value)}" for name, value in {"_xsrf": TOKEN, **fields}.items()]
    return await post_form(url, "&".join(pairs), cookies, Accept="application/json")


async def post_form(url: str, body: str, cookies: str, **headers: str) -> HTTPResponse:
    """Send the body of a form as a browser does without a script."""
    return await AsyncHTTPClient().fetch(
        HTTPRequest(
            url, "POST", {"Cookie": cookies, **headers}, body,
            follow_redirects=False, request_timeout=PATIENCE,
        ),
        raise_error=False,
    )  # fmt: skip


@contextlib.asynccontextmanager
async def connect(
    address: str, cookies: str, room: str = "lobby", cursor: str = "", **headers: str
) -> AsyncIterator[WebSocketClientConnection]:
    """Open a websocket into a room."""
    url = f"{address.replace('http', 'ws')}/a/socket?room={room}&cursor={cursor}"
    request = HTTPRequest(url, headers={"Cookie": cookies, **headers})
    async with await websocket_connect(request) as connection:
        yield connection


async def read_until(
    connection: WebSocketClientConnection, is_it: Callable[[dict[str, Any]], object]
) -> dict[str, Any]:
    """Return the first piece of news with a quality."""
    async with asyncio.timeout(PATIENCE):
        async for text in connection:
            news: dict[str, Any] = json_decode(text)
            if is_it(news):
                return news
    raise RuntimeError("the connection was closed")


async def wait_until(condition: Callable[[], object]) -> None:
    """Return when a condition holds."""
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - a condition is of any kind, so nothing signals it
            await asyncio.sleep(0.02)


class ChatClient:
    """A client that connects again with its cursor, and sends again what was not confirmed."""

    def __init__(self, address: str, cookies: str, name: str) -> None:
        self._address = address
        self._cookies = cookies
        self.name = name
        self.cursor = ""
        #: What it has seen, as (position, name, text).
        self.seen: list[tuple[tuple[int, ...], str, str]] = []
        #: The position of each message that it has sent, by text.
        self.stored: dict[str, tuple[int, ...]] = {}
        self.refused: list[dict[str, Any]] = []
        #: How many messages each connection after the first one has brought at once.
        self.gaps: list[int] = []
        self.connections = 0
        self._unconfirmed: deque[dict[str, str]] = deque()
        self._connection: WebSocketClientConnection | None = None
        self._task = asyncio.create_task(self._run())

    @property
    def is_connected(self) -> bool:
        return self._connection is not None

    def send(self, text: str) -> None:
        message = {"id": f"{self.name}-{text}", "text": text}
        self._unconfirmed.append(message)
        self._write(message)

    def _write(self, message: dict[str, str]) -> None:
        if self._connection is not None:
            with suppress(WebSocketClosedError):
                self._connection.write_message(json_encode(message))

    async def _run(self) -> None:
        while True:
            with suppress(OSError, WebSocketClosedError):
                address, cookies = self._address, self._cookies
                async with connect(address, cookies, "lobby", self.cursor) as connection:
                    await self._listen(connection)
            self._connection = None
            await asyncio.sleep(0.05)

    async def _listen(self, connection: WebSocketClientConnection) -> None:
        self._connection = connection
        self.connections += 1
        for message in list(self._unconfirmed):
            self._write(message)
        is_first = self.connections > 1
        async for text in connection:
            news = json_decode(text)
            self._take(news)
            if is_first and "messages" in news:
                self.gaps.append(len(news["messages"]))
                is_first = False

    def _take(self, news: dict[str, Any]) -> None:
        self.cursor = news.get("cursor", self.cursor)
        for message in news.get("messages", ()):
            place = _position(message["position"])
            self.seen.append((place, message["name"], message["text"]))
        if "refused" in news:
            self.refused.append(news)
        if "stored" in news:
            confirmed = next(each for each in self._unconfirmed if each["id"] == news["stored"])
            self._unconfirmed.remove(confirmed)
            self.stored[confirmed["text"]] = _position(news["position"])

    async def close(self) -> None:
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task


def _position(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split("-")))
