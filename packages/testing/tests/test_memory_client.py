"""A client that tests handlers without a socket."""

from __future__ import annotations

import asyncio
import contextvars
import socket
from typing import Any

import pytest

from tornado.escape import json_decode
from tornado.httpclient import FormFile, HTTPClientError
from tornado.iostream import StreamClosedError
from tornado.testing import MemoryClient
from tornado.web import (
    Application,
    RequestHandler,
    create_signed_value,
    stream_request_body,
)

SECRET = "a secret for tests, which is long enough"


class Echo(RequestHandler):
    """Say what was asked for."""

    SUPPORTED_METHODS = (*RequestHandler.SUPPORTED_METHODS, "PROPFIND")

    def answer(self) -> None:
        request = self.request
        self.write(
            {
                "method": request.method,
                "uri": request.uri,
                "host": request.host,
                "protocol": request.protocol,
                "remote_ip": request.remote_ip,
                "body": request.body.decode("latin-1"),
                "headers": dict(request.headers),
                "arguments": {name: self.get_arguments(name) for name in request.arguments},
                "files": {
                    name: [(file.filename, file.body.decode()) for file in files]
                    for name, files in request.files.items()
                },
                "cookies": {name: morsel.value for name, morsel in self.cookies.items()},
            }
        )

    get = post = put = patch = delete = options = head = propfind = answer


class Goes(RequestHandler):
    def get(self) -> None:
        self.set_cookie("visited", "yes")
        self.redirect("/echo?from=goes")


class SetsCookies(RequestHandler):
    def get(self) -> None:
        self.set_cookie("plain", "1")
        self.set_cookie("only_tls", "2", secure=True)
        self.set_signed_cookie("user", "ann")


class Reads(RequestHandler):
    def get(self) -> None:
        self.finish(self.get_signed_cookie("user") or b"nobody")


class Status(RequestHandler):
    def get(self, code: str) -> None:
        self.set_status(int(code))
        self.finish("the page of an error")


@stream_request_body
class Upload(RequestHandler):
    def prepare(self) -> None:
        self.pieces: list[int] = []

    async def data_received(self, chunk: bytes) -> None:
        await asyncio.sleep(0)
        self.pieces.append(len(chunk))

    def post(self) -> None:
        self.write({"pieces": len(self.pieces), "bytes": sum(self.pieces)})


class Ticks(RequestHandler):
    left: asyncio.Event
    written = 0

    async def get(self) -> None:
        for number in range(int(self.get_argument("count", "3"))):
            self.write(f"tick {number}\n".ljust(int(self.get_argument("size", "0"))))
            try:
                await self.flush()
            except StreamClosedError:
                Ticks.left.set()
                return
            Ticks.written += 1


class Mirror(RequestHandler):
    async def get(self) -> None:
        stream = self.detach()
        await stream.write(b"HTTP/1.1 101 Switching Protocols\r\n\r\n")
        while (line := await stream.read_until(b"\n")) != b"bye\n":
            await stream.write(line.upper())
        stream.close()


@pytest.fixture
def app() -> Application:
    Ticks.written = 0
    Ticks.left = asyncio.Event()
    return Application(
        [
            (r"/echo", Echo),
            (r"/goes", Goes),
            (r"/cookies", SetsCookies),
            (r"/reads", Reads),
            (r"/status/(\d+)", Status),
            (r"/upload", Upload),
            (r"/ticks", Ticks),
            (r"/mirror", Mirror),
        ],
        cookie_secret=SECRET,
    )


def test_a_handler_answers_without_a_socket(
    loop: Any, app: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []

    async def main() -> Any:
        with monkeypatch.context() as patch:
            for name in ("__init__", "connect", "bind", "listen", "accept", "send", "recv"):
                patch.setattr(
                    socket.socket, name, lambda *_args, name=name, **_kwargs: calls.append(name)
                )
            patch.setattr(socket, "getaddrinfo", lambda *_args: calls.append("getaddrinfo"))
            return await MemoryClient(app).get("/echo")

    response = loop.run_sync(main)

    assert (response.code, response.status, response.reason) == (200, 200, "OK")
    assert response.headers["Content-Type"] == "application/json; charset=UTF-8"
    assert response.json()["uri"] == "/echo"
    assert response.body == response.text.encode()
    assert calls == []


def test_requests_take_what_an_http_request_takes(loop: Any, app: Application) -> None:
    async def main() -> None:
        client = MemoryClient(app, headers={"X-All": "1", "X-Some": "1"})

        sent = (await client.get("/echo", params={"q": "a b"}, headers={"X-Some": "2"})).json()
        assert sent["uri"] == "/echo?q=a+b"
        assert (sent["headers"]["X-All"], sent["headers"]["X-Some"]) == ("1", "2")
        assert (sent["host"], sent["protocol"]) == ("testserver", "http")
        assert sent["remote_ip"] == "127.0.0.1"

        sent = (await client.post("/echo", json={"a": 1})).json()
        assert (sent["method"], sent["body"]) == ("POST", '{"a": 1}')
        assert sent["headers"]["Content-Type"] == "application/json"
        sent = (await client.put("/echo", form={"a": "1"})).json()
        assert sent["arguments"] == {"a": ["1"]}
        sent = (await client.post("/echo", files={"f": FormFile("n.txt", b"text")})).json()
        assert sent["files"] == {"f": [["n.txt", "text"]]}
        assert (await client.patch("/echo", body="text")).json()["body"] == "text"
        assert (await client.post("/echo")).json()["headers"]["Content-Length"] == "0"
        for name in ("get", "post", "put", "patch", "delete", "options"):
            assert (await getattr(client, name)("/echo")).json()["method"] == name.upper()
        assert (await client.head("/echo")).code == 200
        assert (await client.delete("/echo", body="x")).json()["body"] == "x"
        assert (await client.fetch("/echo", method="PROPFIND")).json()["method"] == "PROPFIND"
        assert (
            (await client.get("/echo", auth_username="u", auth_password="p"))
            .json()["headers"]["Authorization"]
            .startswith("Basic ")
        )

    loop.run_sync(main)


def test_any_host_and_tls_are_this_application(loop: Any, app: Application) -> None:
    async def main() -> None:
        client = MemoryClient(app, base_url="https://www.example.com/", remote_ip="192.0.2.1")
        sent = (await client.get("/echo")).json()
        assert (sent["host"], sent["protocol"]) == ("www.example.com", "https")
        assert sent["remote_ip"] == "192.0.2.1"
        sent = (await client.get("http://other.example:8080/echo")).json()
        assert (sent["host"], sent["protocol"]) == ("other.example:8080", "http")
        behind_a_proxy = MemoryClient(app, xheaders=True, headers={"X-Real-Ip": "198.51.100.1"})
        assert (await behind_a_proxy.get("/echo")).json()["remote_ip"] == "198.51.100.1"

    loop.run_sync(main)


def test_redirects_are_followed_unless_somebody_says_otherwise(loop: Any, app: Application) -> None:
    async def main() -> None:
        client = MemoryClient(app)
        response = await client.get("/goes")
        assert response.json()["uri"] == "/echo?from=goes"
        assert response.effective_url == "http://testserver/echo?from=goes"
        response = await client.get("/goes", follow_redirects=False)
        assert (response.code, response.headers["Location"]) == (302, "/echo?from=goes")
        assert (await MemoryClient(app, follow_redirects=False).get("/goes")).code == 302

    loop.run_sync(main)


def test_cookies_are_kept_between_requests(loop: Any, app: Application) -> None:
    async def main() -> None:
        client = MemoryClient(app)
        assert (await client.get("/goes")).json()["cookies"] == {"visited": "yes"}
        await client.get("/cookies")
        assert client.cookies["plain"] == "1"
        assert (await client.get("/reads")).text == "ann"
        assert "only_tls" not in (await client.get("/echo")).json()["cookies"]
        secure = MemoryClient(app, base_url="https://testserver")
        await secure.get("/cookies")
        assert (await secure.get("/echo")).json()["cookies"]["only_tls"] == "2"
        assert (await MemoryClient(app).get("/reads")).text == "nobody"

    loop.run_sync(main)


@pytest.mark.parametrize("host", ["testserver", "127.0.0.1", "www.example.com", "localhost:8888"])
def test_a_test_may_set_cookies(loop: Any, app: Application, host: str) -> None:
    async def main() -> None:
        signed = create_signed_value(SECRET, "user", "bob")
        client = MemoryClient(app, base_url=f"http://{host}", cookies={"a": "1"})
        client.cookies["user"] = signed
        assert (await client.get("/reads")).text == "bob"
        assert (await client.get("/echo")).json()["cookies"]["a"] == "1"
        assert len(client.cookies) == 2
        del client.cookies["user"]
        with pytest.raises(KeyError):
            del client.cookies["user"]
        assert (await client.get("/reads")).text == "nobody"
        assert (dict(client.cookies), repr(client.cookies)) == (
            {"a": "1"},
            "MemoryCookies({'a': '1'})",
        )
        client.cookies.clear()
        assert not client.cookies

    loop.run_sync(main)


def test_a_status_is_an_error_only_for_those_who_ask(loop: Any, app: Application) -> None:
    async def main() -> None:
        client = MemoryClient(app)
        response = await client.get("/status/404")
        assert (response.code, response.text) == (404, "the page of an error")
        assert isinstance(response.error, HTTPClientError)
        assert response.error.response is response
        with pytest.raises(HTTPClientError) as caught:
            await client.get("/status/404", raise_error=True)
        assert caught.value.response.text == "the page of an error"
        assert (await client.get("/nothing/here")).code == 404

    loop.run_sync(main)


def test_a_request_body_is_streamed_in(loop: Any, app: Application) -> None:
    async def pieces() -> Any:
        for _ in range(20):
            yield bytes(10_000)
            await asyncio.sleep(0)

    async def main() -> None:
        client = MemoryClient(app)
        response = await client.post("/upload", body_producer=pieces())
        answer = response.json()
        assert answer["bytes"] == 200_000
        assert answer["pieces"] > 3
        assert (await client.post("/upload", body=bytes(200_000))).json()["bytes"] == 200_000

    loop.run_sync(main)


def test_a_response_is_streamed_out(loop: Any, app: Application) -> None:
    async def main() -> None:
        client = MemoryClient(app)
        async with client.stream("/ticks") as response:
            assert response.code == 200
            lines = b"".join([piece async for piece in response])
        assert lines == b"tick 0\ntick 1\ntick 2\n"
        pieces: list[bytes] = []
        response = await client.get("/ticks", streaming_callback=pieces.append)
        assert (b"".join(pieces), response.body) == (lines, b"")
        assert client.get_url("/x") == "http://testserver/x"

    loop.run_sync(main)


def test_a_handler_waits_for_a_client_that_reads_slowly_and_hears_that_it_has_left(
    loop: Any, app: Application
) -> None:
    async def main() -> None:
        client = MemoryClient(app)
        async with client.stream("/ticks?count=1000&size=10000") as response:
            async for _ in response:
                break
            for _ in range(100):
                await asyncio.sleep(0)
            assert 0 < Ticks.written < 100
        await Ticks.left.wait()

    loop.run_sync(main)


def test_a_handler_may_take_the_stream_over(loop: Any, app: Application) -> None:
    async def main() -> None:
        stream = MemoryClient(app).connect()
        await stream.write(b"GET /mirror HTTP/1.1\r\nHost: a\r\n\r\nearly\n")
        assert (await stream.read_until(b"\r\n\r\n")).startswith(b"HTTP/1.1 101 ")
        assert await stream.read_until(b"\n") == b"EARLY\n"
        await stream.write(b"late\nbye\n")
        assert await stream.read_until_close() == b"LATE\n"

    loop.run_sync(main)


def test_bytes_that_no_client_sends_meet_the_real_parser(loop: Any, app: Application) -> None:
    async def main() -> None:
        stream = MemoryClient(app).connect()
        await stream.write(b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\n")
        assert (await stream.read_until(b"\r\n")).startswith(b"HTTP/1.1 400 ")
        stream.close()

    loop.run_sync(main)


def test_a_function_of_a_request_can_be_tested_as_well(loop: Any) -> None:
    def answer(request: Any) -> None:
        request.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
        request.finish()

    response = loop.run_sync(lambda: MemoryClient(answer).get("/"))

    assert response.body == b"hello"


def test_context_variables_of_a_test_do_not_reach_handlers(loop: Any) -> None:
    name = contextvars.ContextVar("name", default="nobody")

    class Names(RequestHandler):
        def get(self) -> None:
            self.finish(name.get())

    async def main() -> str:
        name.set("the test")
        return (await MemoryClient(Application([(r"/", Names)])).get("/")).text

    assert loop.run_sync(main) == "nobody"


def test_nothing_is_left_on_the_loop(loop: Any, app: Application) -> None:
    async def main() -> None:
        async with MemoryClient(app) as client:
            await client.get("/echo")
            assert asyncio.all_tasks() == {asyncio.current_task()}
            open_stream = client.connect()
            await open_stream.write(b"GET /ec")
            await asyncio.sleep(0)
        await open_stream.read_until_close()

    loop.run_sync(main)
    loop.run_sync(lambda: MemoryClient(app).get("/echo"))  # on a loop that was stopped meanwhile


def with_hooks(told: list[str]) -> Application:
    application = Application([(r"/ticks", Ticks), (r"/status/(\d+)", Status)])

    @application.on_startup
    async def start(application: Application) -> None:
        await asyncio.sleep(0)
        told.append("start")

    @application.on_shutdown
    async def end(application: Application) -> None:
        await asyncio.sleep(0)
        told.append("end")

    return application


@pytest.mark.parametrize("way", ["get", "stream", "connect"])
def test_an_application_starts_before_the_first_request_and_ends_with_the_client(way: str) -> None:
    told: list[str] = []

    async def main() -> None:
        async with MemoryClient(with_hooks(told)) as client:
            assert not told
            for _ in range(2):
                if way == "get":
                    assert (await client.get("/status/200")).code == 200
                elif way == "stream":
                    async with client.stream("/ticks") as response:
                        assert response.code == 200
                else:
                    stream = client.connect()
                    await stream.write(b"GET /status/200 HTTP/1.1\r\nHost: a\r\n\r\n")
                    assert await stream.read_until(b" 200 ")
                    stream.close()
            assert told == ["start"]
            assert client.needs_close
        assert told == ["start", "end"]
        assert not client.needs_close
        await client.get("/status/200")
        assert told == ["start", "end", "start"]

    asyncio.run(main())
    assert told == ["start", "end", "start", "end"]


def test_clients_share_the_start_and_the_end() -> None:
    told: list[str] = []

    async def main() -> None:
        application = with_hooks(told)
        async with MemoryClient(application) as first, MemoryClient(application) as second:
            await asyncio.gather(first.get("/status/200"), second.get("/status/200"))
        assert told == ["start", "end"]

    asyncio.run(main())


def test_a_client_starts_the_application_on_each_loop() -> None:
    told: list[str] = []
    client = MemoryClient(with_hooks(told))
    for _ in range(2):
        assert asyncio.run(client.get("/status/200")).code == 200
    assert told == ["start", "end"] * 2


def test_what_a_start_raises_reaches_the_test(caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        application = Application([])

        @application.on_startup
        def connect(application: Application) -> None:
            raise ConnectionRefusedError("no database")

        client = MemoryClient(application)
        for _ in range(2):
            with pytest.raises(ConnectionRefusedError, match="no database"):
                await client.get("/")
        with pytest.raises(ConnectionRefusedError, match="no database"):
            async with client.stream("/"):
                pass
        assert not caplog.records
        with pytest.raises(StreamClosedError):
            await client.connect().read_bytes(1)
        assert "the application did not start: ConnectionRefusedError" in caplog.text
        await client.close()

    asyncio.run(main())


@pytest.mark.parametrize("value", [[], {}, 0, "", False, {"a": [1]}])
def test_every_value_can_be_sent_as_json(loop: Any, value: Any) -> None:
    client = MemoryClient(Application([("/", Echo)]))

    response = loop.run_sync(lambda: client.post("/", json=value))

    assert json_decode(response.json()["body"]) == value
