"""Websockets to a handler without a socket."""

from __future__ import annotations

import socket
import sys
from typing import Any, ClassVar

import pytest

from tornado.httpclient import HTTPClientError
from tornado.ioloop import TimeoutError as LoopTimeoutError
from tornado.testing import MemoryClient, SyncMemoryClient
from tornado.testing._watch._leftovers import LeftoverWatch
from tornado.web import Application, RequestHandler, create_signed_value
from tornado.websocket import WebSocketClosedError, WebSocketHandler

SECRET = "a secret for tests, which is long enough"


class Echo(WebSocketHandler):
    ends: ClassVar[list[Any]] = []

    def select_subprotocol(self, subprotocols):
        return subprotocols[-1] if subprotocols else None

    def get_compression_options(self):
        return {}

    def on_message(self, message):
        if message == "fail":
            raise LookupError("no such thing")
        if message == "close":
            self.close(3000, "asked")
        else:
            self.write_message(message, isinstance(message, bytes))

    def on_close(self):
        self.ends.append((self.close_code, self.close_reason))


class Tell(WebSocketHandler):
    """Tells about its request."""

    def open(self, name):
        self.write_message(
            {
                "name": name,
                "query": self.get_query_argument("page", ""),
                "protocol": self.request.protocol,
                "remote_ip": self.request.remote_ip,
                "user": (self.get_signed_cookie("user") or b"").decode(),
                "own": self.request.headers.get("X-Own", ""),
            }
        )


class FailsToOpen(WebSocketHandler):
    def open(self):
        raise LookupError("in open")


class FailsToPrepare(WebSocketHandler):
    def prepare(self):
        raise LookupError("in prepare")


class FailsToClose(WebSocketHandler):
    def on_close(self):
        raise LookupError("in on_close")


class LogIn(RequestHandler):
    def post(self):
        self.set_signed_cookie("user", "ann")


@pytest.fixture
def app() -> Application:
    Echo.ends = []
    return Application(
        [
            ("/", Echo),
            (r"/tell/(\w+)", Tell),
            ("/fails-to-open", FailsToOpen),
            ("/fails-to-prepare", FailsToPrepare),
            ("/fails-to-close", FailsToClose),
            ("/login", LogIn),
        ],
        cookie_secret=SECRET,
    )


def test_messages_come_back_without_a_socket(
    loop: Any, app: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: Any, **kwargs: Any) -> None:
        raise AssertionError("a socket was made")

    async def main() -> None:
        monkeypatch.setattr(socket, "socket", refuse)  # the loop has those that it needs
        client = MemoryClient(app)
        async with client.websocket("/", subprotocols=["a", "b"]) as connection:
            assert connection.selected_subprotocol == "b"
            for message in ("text ä", b"\x00\xff", "", "x" * 300_000):
                await connection.write_message(message, isinstance(message, bytes))
                assert await connection.read_message() == message
            connection.close(4001, "enough")
        assert connection.is_closed
        assert Echo.ends == [(4001, "enough")]
        assert not client.has_open_connections
        monkeypatch.undo()

    loop.run_sync(main)


def test_the_handler_has_had_its_end_when_the_block_is_left(loop: Any, app: Application) -> None:
    async def main() -> None:
        async with MemoryClient(app).websocket("/"):
            assert Echo.ends == []
        assert Echo.ends == [(None, None)]

    loop.run_sync(main)


def test_a_handler_closes(loop: Any, app: Application) -> None:
    async def main() -> None:
        async with MemoryClient(app).websocket("/") as connection:
            for message in ("1", "2", "close"):
                connection.write_message(message)
            assert [message async for message in connection] == ["1", "2"]
            assert (connection.close_code, connection.close_reason) == (3000, "asked")
            with pytest.raises(WebSocketClosedError):
                connection.write_message("too late")

    loop.run_sync(main)


def test_messages_that_nobody_reads_do_not_hold_up_the_end(loop: Any, app: Application) -> None:
    async def main() -> None:
        async with MemoryClient(app).websocket("/", close_timeout=60) as connection:
            for number in range(100):
                await connection.write_message(str(number))

    loop.run_sync(main, timeout=10)


def test_a_connection_may_be_awaited_and_is_closed_with_the_client(
    loop: Any, app: Application
) -> None:
    async def main() -> None:
        async with MemoryClient(app) as client:
            connection = await client.websocket("/")
            assert client.has_open_connections
            await connection.write_message("hello")
            assert await connection.read_message() == "hello"
        await connection.wait_closed()
        assert Echo.ends == [(1001, "")]

    loop.run_sync(main)


def test_messages_go_to_a_callback(loop: Any, app: Application) -> None:
    messages: list[Any] = []

    async def main() -> None:
        options = {"on_message_callback": messages.append, "compression_options": {}}
        async with MemoryClient(app).websocket("/", **options) as connection:
            assert "permessage-deflate" in connection.headers["Sec-WebSocket-Extensions"]
            connection.write_message("hello")
            connection.write_message("close")
            await connection.wait_closed()

    loop.run_sync(main)
    assert messages == ["hello", None]


def test_the_request_has_what_other_requests_have(loop: Any, app: Application) -> None:
    async def main() -> None:
        client = MemoryClient(
            app, base_url="https://testserver", headers={"X-Own": "all"}, remote_ip="10.0.0.7"
        )
        client.cookies["user"] = create_signed_value(SECRET, "user", "ann")
        async with client.websocket("/tell/me", params={"page": "2"}) as connection:
            assert await connection.read_message() == (
                '{"name": "me", "query": "2", "protocol": "https", "remote_ip": "10.0.0.7", '
                '"user": "ann", "own": "all"}'
            )
        async with client.websocket("ws://testserver/tell/me", headers={"X-Own": "1"}) as other:
            message = await other.read_message()
            assert '"protocol": "http"' in message
            assert '"own": "1"' in message

    loop.run_sync(main)


def test_a_login_counts_for_the_websocket_after_it(loop: Any, app: Application) -> None:
    async def main() -> None:
        client = MemoryClient(app)
        await client.post("/login")
        async with client.websocket("/tell/me") as connection:
            assert '"user": "ann"' in await connection.read_message()

    loop.run_sync(main)


def test_a_websocket_that_is_refused(loop: Any, app: Application) -> None:
    async def main() -> None:
        client = MemoryClient(app)
        for path, headers, code in (
            ("/", {"Origin": "https://elsewhere.example"}, 403),
            ("/nothing", {}, 404),
            ("/login", {}, 405),
        ):
            with pytest.raises(HTTPClientError) as caught:
                await client.websocket(path, headers=headers)
            assert caught.value.code == code
            with pytest.raises(HTTPClientError):
                async with client.websocket(path, headers=headers):
                    raise AssertionError("the block is not entered")
        assert not client.has_open_connections

    loop.run_sync(main)


@pytest.mark.expected_errors("Uncaught exception", "500 GET")
def test_what_a_handler_does_not_catch_reaches_the_test(loop: Any, app: Application) -> None:
    async def main() -> None:
        client = MemoryClient(app)

        async def talk(path: str) -> None:
            async with client.websocket(path) as connection:
                await connection.write_message("fail")
                assert await connection.read_message() == "an answer"

        for path, text in (
            ("/", "no such thing"),
            ("/fails-to-open", "in open"),
        ):
            with pytest.raises(LookupError, match=text):
                await talk(path)
        with pytest.raises(LookupError, match="in on_close"):
            async with client.websocket("/fails-to-close"):
                pass
        with pytest.raises(LookupError, match="in prepare"):
            await client.websocket("/fails-to-prepare")

    loop.run_sync(main)


@pytest.mark.expected_errors("Uncaught exception", "500 GET")
def test_exceptions_of_a_handler_may_stay_its_own(loop: Any, app: Application) -> None:
    async def main() -> None:
        client = MemoryClient(app, raise_app_exceptions=False)
        async with client.websocket("/") as connection:
            await connection.write_message("fail")
            assert await connection.read_message() is None
        with pytest.raises(HTTPClientError, match="500"):
            await client.websocket("/fails-to-prepare")

    loop.run_sync(main)


def test_without_the_package_the_error_says_what_to_install(
    loop: Any, app: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "tornado.websocket", None)

    async def main() -> None:
        with pytest.raises(ModuleNotFoundError, match="install tornado-websocket"):
            await MemoryClient(app).websocket("/")

    loop.run_sync(main)


# Tests that await nothing.


@pytest.mark.expected_errors("Uncaught exception", "500 GET")
def test_a_plain_test_sends_and_reads_messages(app: Application) -> None:
    with SyncMemoryClient(app) as client:
        with client.websocket("/", subprotocols=["v1"]) as connection:
            assert connection.selected_subprotocol == "v1"
            connection.write_message("hello")
            assert connection.read_message() == "hello"
            connection.ping()
            with pytest.raises(LoopTimeoutError, match=r"no message of the websocket within 0\.01"):
                connection.read_message(timeout=0.01)
            connection.write_message("1")
            connection.write_message("close")
            assert list(connection) == ["1"]
            assert (connection.close_code, connection.close_reason) == (3000, "asked")
        with client.websocket("/") as connection:
            connection.close(4001)
            assert Echo.ends == [(3000, ""), (4001, "")]
        failing = client.websocket("/")
        with failing:
            failing.write_message("hello")
        failing = client.websocket("/")
        with pytest.raises(LookupError, match="no such thing"), failing:
            failing.write_message("fail")


# What a test leaves behind.


def test_a_websocket_that_is_left_open_is_named(loop: Any, app: Application) -> None:
    watch = LeftoverWatch().start(loop)
    kept: list[Any] = []

    async def leave() -> None:
        kept.append(await MemoryClient(app).websocket("/"))

    try:
        loop.run_sync(leave)
        (left,) = watch.find(loop)
        line = leave.__code__.co_firstlineno + 1
        assert str(left) == (
            f"websocket to http://testserver/, made in {leave.__qualname__} at {__file__}:{line}"
        )
        kept[0].close()
        assert watch.find(loop, settle=1) == []
    finally:
        watch.stop()


def test_a_fixture_of_pytest_opens_websockets(suite: Any) -> None:
    suite.write(
        test_it="""
        import pytest
        from tornado.web import Application
        from tornado.websocket import WebSocketHandler

        class Echo(WebSocketHandler):
            def on_message(self, message):
                self.write_message(message)

        @pytest.fixture
        def app():
            return Application([("/", Echo)])

        async def test_closes(memory_client):
            async with memory_client.websocket("/") as connection:
                await connection.write_message("hello")
                assert await connection.read_message() == "hello"

        def test_plain(sync_memory_client):
            with sync_memory_client.websocket("/") as connection:
                connection.write_message("hello")
                assert connection.read_message() == "hello"

        kept = []

        async def test_leaves(memory_client):
            kept.append(await memory_client.websocket("/"))
        """
    )
    run = suite.run()
    assert run.outcomes() == {"passed": ["test_closes", "test_plain"], "failed": ["test_leaves"]}
    assert "websocket to http://testserver/, made in test_leaves at" in run.output
