"""The public modules: names, the blocking client, the command, pycurl's absence."""

from __future__ import annotations

import asyncio
import importlib
import subprocess
import sys
import threading
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest

from tornado.httpclient import (
    AsyncHTTPClient,
    HTTPClient,
    HTTPClientError,
    HTTPRequest,
    HTTPResponse,
)

MODULES = ["tornado.httpclient", "tornado.simple_httpclient", "tornado.curl_httpclient"]


@pytest.fixture
def url() -> Iterator[str]:
    """The URL of a server in another thread."""
    ready = threading.Event()
    ports: list[int] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                code = b"404 Not Found" if b"/missing" in head else b"200 OK"
                writer.write(b"HTTP/1.1 %b\r\nX-A: b\r\nContent-Length: 5\r\n\r\nhello" % code)
        except EOFError:
            writer.close()

    async def serve() -> None:
        nonlocal stop
        stop = asyncio.Event()
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        ports.append(server.sockets[0].getsockname()[1])
        ready.set()
        await stop.wait()
        server.close()

    stop = asyncio.Event()
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    assert ready.wait(10)
    yield f"http://127.0.0.1:{ports[0]}"
    loop.call_soon_threadsafe(stop.set)
    thread.join(10)
    pending = asyncio.all_tasks(loop)
    for task in pending:
        task.cancel()
    if pending:
        loop.run_until_complete(asyncio.wait(pending))
    loop.close()


@pytest.mark.parametrize("name", MODULES)
def test_all_is_sorted_and_says_the_public_name(name):
    module = importlib.import_module(name)
    assert module.__all__ == sorted(module.__all__)
    for each in module.__all__:
        assert getattr(module, each).__module__ in MODULES
    public = {each for each in vars(module) if not each.startswith("_")}
    assert public - set(module.__all__) <= {"annotations", "publish"}


@pytest.mark.parametrize("name", MODULES)
def test_names_that_programs_take_from_here_are_there(name):
    module = importlib.import_module(name)
    for each in ("AsyncHTTPClient", "HTTPError", "HTTPRequest", "HTTPResponse", "main"):
        assert getattr(module, each) is not None


def test_the_blocking_client_fetches(url):
    with HTTPClient() as client:
        assert client.fetch(url).body == b"hello"
        assert client.fetch(HTTPRequest(url, method="HEAD")).code == 200
        with pytest.raises(HTTPClientError, match="404"):
            client.fetch(f"{url}/missing")
        assert client.fetch(f"{url}/missing", raise_error=False).code == 404


def test_the_blocking_client_takes_an_implementation(url):
    from tornado.curl_httpclient import CurlAsyncHTTPClient

    client = HTTPClient(async_client_class=CurlAsyncHTTPClient, max_clients=2)
    assert client.fetch(url).body == b"hello"
    client.close()
    client.close()


def test_an_implementation_is_configured_by_name():
    from tornado.curl_httpclient import CurlAsyncHTTPClient

    async def make() -> None:
        async with AsyncHTTPClient(force_instance=True) as client:
            assert type(client) is CurlAsyncHTTPClient
            assert client.max_clients == 3

    saved = AsyncHTTPClient._save_configuration()
    try:
        AsyncHTTPClient.configure("tornado.curl_httpclient.CurlAsyncHTTPClient", max_clients=3)
        asyncio.run(make())
    finally:
        AsyncHTTPClient._restore_configuration(saved)


def test_a_program_may_have_an_implementation_of_its_own():
    class Canned(AsyncHTTPClient):
        def initialize(self, answer: bytes = b"", **kwargs: Any) -> None:
            super().initialize(**kwargs)
            self.answer = answer

        def fetch_impl(self, request: HTTPRequest, callback: Any) -> None:
            callback(HTTPResponse(request, 200, buffer=BytesIO(self.answer)))

    async def main() -> None:
        client = AsyncHTTPClient()
        assert type(client) is Canned
        response = await client.fetch("http://example.invalid/")
        assert response.body == b"canned"
        assert response.request.user_agent == "me"

    assert AsyncHTTPClient.configurable_base() is AsyncHTTPClient
    assert AsyncHTTPClient.configurable_default().__name__ == "SimpleAsyncHTTPClient"
    saved = AsyncHTTPClient._save_configuration()
    try:
        AsyncHTTPClient.configure(Canned, answer=b"canned", defaults={"user_agent": "me"})
        asyncio.run(main())
    finally:
        AsyncHTTPClient._restore_configuration(saved)


def test_without_pycurl_the_error_says_what_to_install():
    program = (
        "import sys; sys.modules['pycurl'] = None\n"
        "try:\n    import tornado.curl_httpclient\n"
        "except ImportError as error:\n    print(error)\n"
        "from tornado.httpclient import AsyncHTTPClient\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=True
    )
    assert "pip install 'tornado-httpclient[curl]'" in done.stdout


def test_importing_the_client_loads_no_pycurl_and_little_else():
    program = (
        "import sys, tornado.httpclient, tornado.simple_httpclient\n"
        "print([name for name in ('pycurl', 'http.cookiejar', 'brotli', 'socksio', 'email')"
        " if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=True
    )
    assert done.stdout.strip() == "[]"
