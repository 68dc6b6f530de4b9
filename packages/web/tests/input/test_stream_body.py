"""Bodies that are handled while they arrive."""

from __future__ import annotations

import asyncio
import contextvars
import logging
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tornado.httputil import FormReceiver
from tornado.iostream import StreamClosedError
from tornado.web import HTTPError, RequestHandler, stream_request_body

MakeSite = Callable[..., Any]
BODY = b"0123456789" * 100_000


@pytest.mark.parametrize("kind", ["def", "async def"])
def test_a_body_arrives_in_chunks(site: MakeSite, kind: str) -> None:
    calls: list[str] = []

    class Handler(RequestHandler):
        def prepare(self) -> None:
            calls.append("prepare")
            self.pieces: list[bytes] = []

        if kind == "def":

            def data_received(self, chunk: bytes) -> None:
                self.pieces.append(chunk)

        else:

            async def data_received(self, chunk: bytes) -> None:  # type: ignore[misc]  # the other kind
                await asyncio.sleep(0)
                self.pieces.append(chunk)

        def post(self) -> None:
            calls.append("post")
            self.write({"size": len(b"".join(self.pieces)), "pieces": len(self.pieces)})

    stream_request_body(Handler)
    answer = site([("/", Handler)]).fetch("/", "POST", BODY)
    assert answer.status == 200
    assert f'"size": {len(BODY)}' in answer.text
    assert '"pieces": 1}' not in answer.text
    assert calls == ["prepare", "post"]


def test_a_request_without_a_body_runs_as_well(site: MakeSite) -> None:
    @stream_request_body
    class Handler(RequestHandler):
        async def prepare(self) -> None:
            await asyncio.sleep(0.001)

        def get(self) -> None:
            self.write("got")

    assert site([("/", Handler)]).fetch("/").body == b"got"


def test_the_body_waits_for_prepare_and_for_each_chunk(site: MakeSite) -> None:
    events: list[str] = []

    @stream_request_body
    class Handler(RequestHandler):
        async def prepare(self) -> None:
            await asyncio.sleep(0.05)
            events.append("prepared")

        async def data_received(self, chunk: bytes) -> None:
            events.append("begin")
            await asyncio.sleep(0.002)
            events.append("end")

        def put(self) -> None:
            self.write("ok")

    assert site([("/", Handler)]).fetch("/", "PUT", BODY).body == b"ok"
    assert events[0] == "prepared"
    assert events[1:] == ["begin", "end"] * ((len(events) - 1) // 2)
    assert len(events) > 3


def test_a_slow_handler_holds_its_client_back(site: MakeSite) -> None:
    received: list[int] = []

    @stream_request_body
    class Handler(RequestHandler):
        async def data_received(self, chunk: bytes) -> None:
            received.append(len(chunk))
            await asyncio.sleep(30)

    running = site([("/", Handler)])
    client = socket.create_connection(("127.0.0.1", running.port))
    client.setblocking(False)
    client.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 90000000\r\n\r\n")
    sent, quiet = 0, time.monotonic() + 0.5
    while time.monotonic() < quiet:
        try:
            sent += client.send(BODY)
            quiet = time.monotonic() + 0.5
        except BlockingIOError:
            time.sleep(0.01)
    client.close()
    assert len(received) == 1
    assert sent < 30_000_000  # as much as the kernel buffers, although the client reads nothing


def test_prepare_may_refuse_before_the_body_comes(site: MakeSite) -> None:
    @stream_request_body
    class Handler(RequestHandler):
        def prepare(self) -> None:
            raise HTTPError(401)

        def data_received(self, chunk: bytes) -> None:
            raise AssertionError("not reached")

    running = site([("/", Handler)])
    client = socket.create_connection(("127.0.0.1", running.port), timeout=10)
    client.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 90000000\r\n\r\n")
    assert client.recv(1000).startswith(b"HTTP/1.1 401")
    client.close()
    assert running.fetch("/", "POST", BODY).status == 401


def test_the_limit_may_be_set_in_prepare(site: MakeSite) -> None:
    @stream_request_body
    class Handler(RequestHandler):
        size = 0

        def prepare(self) -> None:
            connection: Any = self.request.connection
            connection.set_max_body_size(int(self.get_argument("limit")))

        def data_received(self, chunk: bytes) -> None:
            self.size += len(chunk)

        def post(self) -> None:
            self.write(str(self.size))

    running = site([("/", Handler)], server_options={"max_body_size": 1000})
    assert running.fetch("/?limit=2000000", "POST", BODY).text == str(len(BODY))
    assert running.fetch("/?limit=1000", "POST", BODY).status == 413


@pytest.mark.parametrize("streams", [False, True])
@pytest.mark.parametrize("chunked", [False, True])
def test_a_handler_has_a_limit_of_its_own(site: MakeSite, streams: bool, chunked: bool) -> None:
    class Small(RequestHandler):
        max_body_size = 100

        def data_received(self, chunk: bytes) -> None:
            pass

        def post(self) -> None:
            self.write("taken")

    class Usual(RequestHandler):
        def post(self) -> None:
            self.write("taken")

    if streams:
        stream_request_body(Small)
    running = site([("/small", Small), ("/usual", Usual)])
    body: Any = iter([BODY[:101]]) if chunked else BODY[:101]
    assert running.fetch("/small", "POST", body).status == 413
    assert running.fetch("/small", "POST", BODY[:100]).body == b"taken"
    assert running.fetch("/usual", "POST", BODY[:101]).body == b"taken"


@pytest.mark.parametrize("is_late", [False, True])
def test_an_error_in_data_received_is_answered_once(
    site: MakeSite, caplog: pytest.LogCaptureFixture, is_late: bool
) -> None:
    class Handler(RequestHandler):
        def data_received(self, chunk: bytes) -> Any:
            if is_late:
                return self._fail()
            raise ValueError("broken")

        async def _fail(self) -> None:
            await asyncio.sleep(0.001)
            raise ValueError("broken")

        def post(self) -> None:
            raise AssertionError("not reached")

    stream_request_body(Handler)
    assert site([("/", Handler)]).fetch("/", "POST", BODY).status == 500
    assert [record.name for record in caplog.records] == ["tornado.application"]
    assert "POST /" in caplog.text


def test_a_client_that_leaves_during_its_body_is_noticed(site: MakeSite) -> None:
    events: list[str] = []

    @stream_request_body
    class Handler(RequestHandler):
        def data_received(self, chunk: bytes) -> None:
            events.append("data")

        def post(self) -> None:
            events.append("post")

        def on_connection_close(self) -> None:
            events.append("closed")

    logged: list[int] = []
    running = site(
        [("/", Handler)], log_function=lambda handler: logged.append(handler.get_status())
    )
    client = socket.create_connection(("127.0.0.1", running.port))
    client.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nsome")
    deadline = time.monotonic() + 20
    while not events and time.monotonic() < deadline:
        time.sleep(0.01)
    client.close()
    while len(events) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert running.fetch("/nothing").status == 404
    assert events == ["data", "closed"]
    assert logged == [400, 404]


def test_an_incomplete_request_is_not_a_success_in_the_access_log(site: MakeSite) -> None:
    @stream_request_body
    class Upload(RequestHandler):
        max_body_size = 10

        def data_received(self, chunk: bytes) -> None:
            pass

        def post(self) -> None:
            self.write("complete")

    class Cancelled(RequestHandler):
        async def get(self) -> None:
            task = asyncio.current_task()
            assert task is not None
            task.cancel()
            await asyncio.sleep(1)

    logged: list[int] = []
    routes = [("/", Upload), ("/cancelled", Cancelled)]
    running = site(routes, log_function=lambda handler: logged.append(handler.get_status()))
    assert running.fetch("/", "POST", b"x" * 11).status == 413
    assert running.fetch("/", "POST", b"x" * 10).text == "complete"
    assert running.fetch("/cancelled").status == 500
    assert running.fetch("/nothing").status == 404
    assert logged == [413, 200, 500, 404]


@pytest.mark.parametrize(
    ("fields", "pieces", "status"),
    [
        ("Transfer-Encoding: chunked", [b"b\r\n0123456789a\r\n"], 413),
        ("Transfer-Encoding: chunked", [b"a\r\n0123456789\r\n", b"1\r\na\r\n"], 413),
        ("Content-Length: 11", [], 413),
        ("Transfer-Encoding: chunked", [b"x\r\n"], 400),
        ("Content-Length: 10\r\nExpect: what", [], 417),
        ("Content-Length: 10", [b"01234"], 408),
    ],
    ids=["one chunk", "second chunk", "announced", "no chunk", "expectation", "slow"],
)
@pytest.mark.parametrize("is_prepared_late", [False, True])
def test_the_access_log_says_what_a_client_was_refused_with(
    site: MakeSite,
    caplog: pytest.LogCaptureFixture,
    fields: str,
    pieces: list[bytes],
    status: int,
    is_prepared_late: bool,
) -> None:
    @stream_request_body
    class Upload(RequestHandler):
        max_body_size = 10

        async def prepare(self) -> None:
            if is_prepared_late:
                await asyncio.sleep(0.01)

        async def data_received(self, chunk: bytes) -> None:
            await asyncio.sleep(0.01)

        def post(self) -> None:
            raise AssertionError("not reached")

        def on_finish(self) -> None:
            raise AssertionError("not reached")

    logging.getLogger("tornado.access").setLevel(logging.INFO)
    running = site([("/", Upload)], server_options={"body_timeout": 0.3})
    with socket.create_connection(("127.0.0.1", running.port), timeout=10) as client:
        client.sendall(f"POST / HTTP/1.1\r\nHost: x\r\n{fields}\r\n\r\n".encode())
        for piece in pieces:
            time.sleep(0.02)
            client.sendall(piece)
        answer = client.recv(1000)
    running.take_a_turn()
    (record,) = [each for each in caplog.records if each.name == "tornado.access"]
    assert answer.startswith(f"HTTP/1.1 {status} ".encode())
    assert record.getMessage().startswith(f"{status} POST / ")
    assert record.levelname == "WARNING"


def test_chunks_are_received_in_the_context_of_the_request(site: MakeSite) -> None:
    word: contextvars.ContextVar[str] = contextvars.ContextVar("word")
    seen: list[str] = []

    @stream_request_body
    class Handler(RequestHandler):
        def prepare(self) -> None:
            word.set("of this request")

        async def data_received(self, chunk: bytes) -> None:
            seen.append(word.get())

        def post(self) -> None:
            self.write("ok")

    assert site([("/", Handler)]).fetch("/", "POST", b"x").body == b"ok"
    assert seen == ["of this request"]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_s8_a_client_that_reads_nothing_of_what_prepare_sends_is_cut_off(
    site: MakeSite, method: str
) -> None:
    events: list[str] = []

    @stream_request_body
    class Handler(RequestHandler):
        async def prepare(self) -> None:
            try:
                while True:
                    self.write(b"x" * 20_000)
                    await self.flush()
            except StreamClosedError:
                events.append("cut off")

        def on_connection_close(self) -> None:
            events.append("closed")

    running = site([("/", Handler)], server_options={"write_timeout": 0.2})
    with socket.create_connection(("127.0.0.1", running.port)) as client:
        client.sendall(f"{method} / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n".encode())
        deadline = time.monotonic() + 10
        while len(events) < 2 and time.monotonic() < deadline:
            time.sleep(0.01)
    assert sorted(events) == ["closed", "cut off"]


def test_s8_prepare_may_take_longer_than_any_deadline_of_a_client(site: MakeSite) -> None:
    @stream_request_body
    class Handler(RequestHandler):
        size = 0

        async def prepare(self) -> None:
            await asyncio.sleep(0.7)

        def data_received(self, chunk: bytes) -> None:
            self.size += len(chunk)

        def put(self) -> None:
            self.write(str(self.size))

    names = ("idle_connection_timeout", "head_timeout", "write_timeout", "body_timeout")
    running = site([("/", Handler)], server_options=dict.fromkeys(names, 0.3))
    assert running.fetch("/", "PUT", BODY).text == str(len(BODY))
    with socket.create_connection(("127.0.0.1", running.port), timeout=10) as client:
        client.sendall(b"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n")
        assert client.recv(1000).startswith(b"HTTP/1.1 408 ")


def test_large_uploads_go_to_disk(site: MakeSite, tmp_path: Path) -> None:
    @stream_request_body
    class Upload(RequestHandler):
        def prepare(self) -> None:
            self.receiver = FormReceiver.from_content_type(
                self.request.headers.get("Content-Type", ""), directory=tmp_path
            )

        async def data_received(self, chunk: bytes) -> None:
            await self.receiver.receive(chunk)

        async def post(self) -> None:
            with await self.receiver.finish() as form:
                (file,) = form.files["photo"]
                was_on_disk = file.path is not None
                await file.save(tmp_path / "saved")
                self.write({"title": form.arguments["title"][0].decode(), "disk": was_on_disk})

        def on_connection_close(self) -> None:
            self.receiver.close()

    form = (
        b'--b\r\nContent-Disposition: form-data; name="title"\r\n\r\nHoliday\r\n'
        b'--b\r\nContent-Disposition: form-data; name="photo"; filename="a.jpg"\r\n\r\n'
        + BODY
        + b"\r\n--b--\r\n"
    )
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    answer = site([("/", Upload)]).fetch("/", "POST", form, headers)
    assert answer.text == '{"title": "Holiday", "disk": true}'
    assert (tmp_path / "saved").read_bytes() == BODY
    assert [path.name for path in tmp_path.iterdir()] == ["saved"]


def test_only_handlers_can_stream() -> None:
    with pytest.raises(TypeError, match="for classes of handlers"):
        stream_request_body(object)  # type: ignore[type-var]  # the mistake


def test_a_handler_without_data_received_says_so(
    site: MakeSite, caplog: pytest.LogCaptureFixture
) -> None:
    @stream_request_body
    class Handler(RequestHandler):
        pass

    assert site([("/", Handler)]).fetch("/", "POST", b"x").status == 500
    assert "Handler does not define data_received" in caplog.text
