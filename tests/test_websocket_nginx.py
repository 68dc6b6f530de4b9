"""Websockets behind nginx, with the configuration of the page about websockets."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import shutil
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from programs import PATIENCE, unused_port

from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler
from tornado.websocket import Reconnecting, WebSocketHandler, websocket_connect

PROGRAM = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
PAGE = Path(__file__).parents[1] / "docs" / "websocket.md"

#: What stands around the configuration of a site.
MAIN = """
daemon off; pid {folder}/nginx.pid; worker_processes 1; user root;
events {{ worker_connections 512; }}
http {{
    access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    add_header X-Generation {generation} always;
    {site}
}}
"""


def configuration_of_the_page() -> str:
    (text,) = re.findall(r"```nginx site\.conf\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    return text


class Nginx:
    """A running nginx, from its own master process on."""

    def __init__(self, folder: Path, backend: int, read_timeout: str) -> None:
        self.port = unused_port()
        self._folder = folder
        site = configuration_of_the_page()
        for before, after in (
            ("127.0.0.1:8888", f"127.0.0.1:{backend}"),
            ("listen 80", f"listen 127.0.0.1:{self.port}"),
            ("proxy_read_timeout 60s", f"proxy_read_timeout {read_timeout}"),
        ):
            assert before in site
            site = site.replace(before, after)
        self._site = site
        self._write(generation=1)
        self.process = subprocess.Popen(self._command())

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/"

    def _write(self, generation: int) -> None:
        text = MAIN.format(folder=self._folder, site=self._site, generation=generation)
        (self._folder / "nginx.conf").write_text(text)

    def _command(self, *arguments: str) -> list[str]:
        log, config = self._folder / "error.log", self._folder / "nginx.conf"
        return [str(PROGRAM), "-e", str(log), "-c", str(config), *arguments]

    async def wait_for(self, generation: int) -> None:
        """Wait until a new connection is served by this configuration."""
        client = AsyncHTTPClient(force_instance=True)
        request = HTTPRequest(f"http://127.0.0.1:{self.port}/page", headers={"Connection": "close"})
        async with asyncio.timeout(PATIENCE):
            while True:
                try:
                    response = await client.fetch(request)
                except (OSError, HTTPClientError):
                    assert self.process.poll() is None, self.errors
                else:
                    if response.headers["X-Generation"] == str(generation):
                        break
                await asyncio.sleep(0.02)
        client.close()

    async def reload(self, generation: int) -> None:
        self._write(generation)
        reload = self._command("-s", "reload")
        await asyncio.to_thread(subprocess.run, reload, check=True)
        await self.wait_for(generation)

    @property
    def errors(self) -> str:
        return (self._folder / "error.log").read_text()

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(PATIENCE)


class Backend:
    """The application behind nginx, which can be stopped and started."""

    def __init__(self, **settings: Any) -> None:
        self.settings = settings
        self.port = unused_port()
        self.ended: asyncio.Queue[int | None] = asyncio.Queue()
        self.handlers: list[WebSocketHandler] = []
        self._server: HTTPServer | None = None

    def start(self) -> None:
        backend = self

        class Echo(WebSocketHandler):
            def get_compression_options(self) -> dict[str, Any]:
                return {}

            def open(self) -> None:
                backend.handlers.append(self)
                request = self.request
                self.write_message({"ip": request.remote_ip, "protocol": request.protocol})

            def on_message(self, message: str | bytes) -> None:
                self.write_message(message, isinstance(message, bytes))

            def on_close(self) -> None:
                backend.ended.put_nowait(self.close_code)

        class Page(RequestHandler):
            def get(self) -> None:
                self.write("a page")

        application = Application([("/", Echo), ("/page", Page)], **self.settings)
        self._server = HTTPServer(application, xheaders=True)
        self._server.add_sockets(bind_sockets(self.port, "127.0.0.1"))

    async def stop(self) -> None:
        if self._server is not None:
            self._server.stop()
            await self._server.close_all_connections()
            self._server = None
        for handler in self.handlers:
            if handler.ws_connection is not None:
                handler.ws_connection.abort()


@pytest.fixture(autouse=True)
def quiet_access_log() -> Iterator[None]:
    logger = logging.getLogger("tornado.access")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    yield
    logger.setLevel(level)


Site = Callable[..., Any]


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """Run an application behind nginx: ``async with site() as (nginx, backend)``."""
    if PROGRAM is None:
        if os.environ.get("CI"):
            pytest.fail("no nginx")
        pytest.skip("no nginx")

    @asynccontextmanager
    async def run(
        read_timeout: str = "60s", **settings: Any
    ) -> AsyncIterator[tuple[Nginx, Backend]]:
        backend = Backend(**settings)
        backend.start()
        nginx = Nginx(tmp_path, backend.port, read_timeout)
        try:
            await nginx.wait_for(1)
            yield nginx, backend
        finally:
            await backend.stop()
            nginx.close()

    return run


def run(coroutine: Awaitable[None]) -> None:
    async def limited() -> None:
        await asyncio.wait_for(coroutine, 50)

    asyncio.run(limited())


def test_an_upgrade_passes_through_nginx(site: Site) -> None:
    async def main() -> None:
        async with site() as (nginx, backend):
            request = HTTPRequest(
                nginx.url,
                headers={"Origin": f"http://127.0.0.1:{nginx.port}", "X-Real-IP": "10.1.1.1"},
            )
            connection = await websocket_connect(request, compression_options={})
            assert connection.headers["Server"].startswith("nginx")
            assert "permessage-deflate" in connection.headers["Sec-WebSocket-Extensions"]
            told = json.loads(await connection.read_message())
            assert told == {"ip": "127.0.0.1", "protocol": "http"}
            for message in ("text ä", b"\x00\xff" * 50_000, "", "x" * 1_000_000):
                await connection.write_message(message, isinstance(message, bytes))
                assert await connection.read_message() == message
            connection.close(4321, "enough")
            await connection.wait_closed()
            assert connection.close_code == 4321
            assert await backend.ended.get() == 4321

    run(main())


def test_a_page_of_another_origin_is_refused_behind_nginx(site: Site) -> None:
    async def main() -> None:
        async with site() as (nginx, _):
            for origin in ("https://elsewhere.example", "http://127.0.0.1:1"):
                with pytest.raises(HTTPClientError) as caught:
                    await websocket_connect(HTTPRequest(nginx.url, headers={"Origin": origin}))
                assert caught.value.code == 403

    run(main())


def test_nginx_closes_a_silent_connection(site: Site) -> None:
    async def main() -> None:
        async with site(read_timeout="300ms") as (nginx, backend):
            connection = await websocket_connect(nginx.url)
            await connection.read_message()
            assert await connection.read_message() is None
            assert connection.close_code is None
            assert await backend.ended.get() is None

    run(main())


@pytest.mark.parametrize("side", ["server", "client"])
def test_pings_keep_a_silent_connection_open(site: Site, side: str) -> None:
    async def main() -> None:
        settings = {"websocket_ping_interval": 0.2} if side == "server" else {}
        options = {"ping_interval": 0.2} if side == "client" else {}
        async with site(read_timeout="1s", **settings) as (nginx, _):
            connection = await websocket_connect(nginx.url, **options)
            await connection.read_message()
            await asyncio.sleep(2.5)  # more than the time that nginx allows
            await connection.write_message("still here")
            assert await connection.read_message() == "still here"
            connection.close()
            await connection.wait_closed()

    run(main())


async def connect_to(nginx: Nginx, generation: int) -> Any:
    """Connect until this configuration answers: an old worker accepts until it has been told."""
    async with asyncio.timeout(PATIENCE):
        while True:
            connection = await websocket_connect(nginx.url)
            await connection.read_message()
            if connection.headers["X-Generation"] == str(generation):
                return connection
            connection.close()
            await connection.wait_closed()


def test_connections_survive_a_reload(site: Site) -> None:
    async def main() -> None:
        async with site() as (nginx, _):
            old = await websocket_connect(nginx.url)
            await old.read_message()
            assert old.headers["X-Generation"] == "1"
            await nginx.reload(2)
            new = await connect_to(nginx, generation=2)
            for connection in (old, new):
                await connection.write_message("hello")
                assert await connection.read_message() == "hello"
                connection.close(4000)
                await connection.wait_closed()
                assert connection.close_code == 4000

    run(main())


def test_a_client_comes_back_when_the_application_does(site: Site) -> None:
    gaps: list[Any] = []

    async def main() -> None:
        async with site() as (nginx, backend):
            options = {"first_delay": 0.02, "max_delay": 0.1}
            async with Reconnecting(nginx.url, on_gap=gaps.append, **options) as updates:
                await anext(updates)
                await backend.stop()
                following = asyncio.create_task(anext(updates))
                await asyncio.sleep(0.3)  # nginx answers 502 meanwhile
                assert not following.done()
                backend.start()
                assert "127.0.0.1" in await following
        assert isinstance(gaps[0].error, HTTPClientError)
        assert gaps[0].error.code == 502

    run(main())
