"""Requests over real sockets."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

import pytest

from tornado.httpserver import HTTPServer
from tornado.httputil import HTTPHeaders, HTTPOutputError, HTTPServerRequest, ResponseStartLine
from tornado.iostream import StreamClosedError

Serve = Callable[..., Any]

GET = b"GET /a HTTP/1.1\r\nHost: x\r\n\r\n"
LAST = b"GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


def test_a_connection_serves_one_request_after_the_other(serve: Serve) -> None:
    client = serve().connect()
    for number in range(3):
        client.send(b"GET /%d HTTP/1.1\r\nHost: x\r\n\r\n" % number)
        assert client.read_response()[2] == b"GET /%d " % number


def test_pipelined_requests_are_answered_in_order(serve: Serve) -> None:
    data = serve().exchange(
        b"".join(b"GET /%d HTTP/1.1\r\nHost: x\r\n\r\n" % n for n in range(50)) + LAST
    )
    bodies = [part.rpartition(b"\r\n\r\n")[2] for part in data.split(b"HTTP/1.1 200 OK")[1:]]
    assert bodies == [b"GET /%d " % n for n in range(50)] + [b"GET /last "]


def test_pipelined_requests_wait_for_a_slow_answer(serve: Serve) -> None:
    def slow(request: HTTPServerRequest) -> None:
        connection: Any = request.connection
        body = (request.uri or "").encode()
        asyncio.get_running_loop().call_later(
            0.05, connection.respond, 200, "OK", HTTPHeaders(), body
        )

    data = serve(slow).exchange(GET + GET + LAST)
    bodies = [part.rpartition(b"\r\n\r\n")[2] for part in data.split(b"HTTP/1.1 200 OK")[1:]]
    assert bodies == [b"/a", b"/a", b"/last"]


def test_a_request_that_waited_does_not_see_context_variables_of_the_one_before(
    serve: Serve,
) -> None:
    user: ContextVar[str] = ContextVar("user", default="nobody")

    def answer(request: HTTPServerRequest, seen: str) -> None:
        connection: Any = request.connection
        connection.respond(200, "OK", HTTPHeaders(), seen.encode())

    def late(request: HTTPServerRequest) -> None:
        seen = user.get()
        user.set(f"that of {request.uri}")
        asyncio.get_running_loop().call_later(0.01, answer, request, seen)

    data = serve(late).exchange(GET + GET + LAST)
    bodies = [part.rpartition(b"\r\n\r\n")[2] for part in data.split(b"HTTP/1.1 200 OK")[1:]]
    assert bodies == [b"nobody"] * 3


def test_a_target_outside_ascii_is_taken_only_where_that_was_asked_for(serve: Serve) -> None:
    request = "GET /café HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode()
    assert serve().exchange(request).startswith(b"HTTP/1.1 400 ")
    answer = serve(non_ascii_targets=True).exchange(request)
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert answer.endswith("GET /café ".encode().decode("latin-1").encode())


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("xheader", ", did you mean 'xheaders'?"),
        ("head_timeouts", ", did you mean 'head_timeout'?"),
        ("decompress", ", did you mean 'decompress_request'?"),
        ("non_ascii_target", ", did you mean 'non_ascii_targets'?"),
        ("zzz", ""),
    ],
)
def test_a_misspelt_option_is_named_with_the_one_that_is_meant(name: str, meant: str) -> None:
    class Own(HTTPServer):
        def initialize(self, *args: Any, **kwargs: Any) -> None:
            super().initialize(*args, **kwargs)

    for server in (HTTPServer, Own):
        with pytest.raises(TypeError) as caught:
            server(lambda request: None, **{name: True})
        text = f"{server.__name__}() got an unexpected keyword argument {name!r}{meant}"
        assert str(caught.value) == text


def test_http_1_0_closes_unless_asked(serve: Serve) -> None:
    server = serve()
    assert b"GET / " in server.exchange(b"GET / HTTP/1.0\r\n\r\n")
    client = server.connect()
    client.send(b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
    assert client.read_response()[1]["connection"].lower() == "keep-alive"
    client.send(b"GET /b HTTP/1.0\r\n\r\n")
    assert client.read_until_close().endswith(b"GET /b ")


def test_no_keep_alive_closes_after_each_response(serve: Serve) -> None:
    data = serve(no_keep_alive=True).exchange(GET)
    assert b"Connection: close" in data


@pytest.mark.parametrize(
    "framed",
    [
        b"Content-Length: 5\r\n\r\nhello",
        b"Transfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
    ],
)
def test_bodies_arrive_whole_however_they_are_framed(serve: Serve, framed: bytes) -> None:
    data = b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + framed
    server = serve()
    assert server.exchange(data).endswith(b"POST / hello")
    client = server.connect()
    for byte in data:
        client.send(bytes([byte]))
    assert client.read_until_close().endswith(b"POST / hello")


def test_a_client_that_waits_is_told_to_continue(serve: Serve) -> None:
    client = serve().connect()
    client.send(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
    assert client.socket.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
    client.send(b"ok")
    assert client.read_response()[2] == b"POST / ok"


def test_an_unknown_expectation_is_refused(serve: Serve) -> None:
    data = serve().exchange(
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: cake\r\n\r\nok"
    )
    assert data.startswith(b"HTTP/1.1 417 ")


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"GE(T / HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (
            b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
            400,
        ),
        (b"GET / HTTP/1.1\r\nHost: x\r\nA: \x01\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"b" * 100_000 + b"\r\n\r\n", 431),
        (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhe", 400),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 200000000\r\n\r\n", 413),
    ],
    ids=["method", "lengths", "control", "long", "truncated", "body"],
)
def test_a_wrong_request_is_answered_and_the_next_connection_works(
    serve: Serve, data: bytes, status: int
) -> None:
    server = serve()
    client = server.connect()
    client.send(data)
    client.socket.shutdown(1)  # the truncated body ends here
    answer = client.read_until_close()
    assert answer.startswith(b"HTTP/1.1 %d " % status)
    assert b"Connection: close" in answer
    assert server.exchange(LAST).endswith(b"GET /last ")


def test_a_body_of_chunks_above_the_limit_is_refused(serve: Serve) -> None:
    chunk = b"1000\r\n" + b"x" * 0x1000 + b"\r\n"
    data = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk * 10
    assert serve(max_body_size=10_000).exchange(data).startswith(b"HTTP/1.1 413 ")


def test_nothing_is_parsed_after_an_error(serve: Serve) -> None:
    served: list[str] = []

    def note(request: HTTPServerRequest) -> None:
        served.append(request.uri or "")
        connection: Any = request.connection
        connection.respond(200, "OK", HTTPHeaders(), b"")

    serve(note).exchange(b"BAD\r\n\r\n" + LAST)
    assert served == []


def test_an_idle_connection_is_closed_at_its_deadline(serve: Serve) -> None:
    client = serve(idle_connection_timeout=0.2).connect()
    client.send(GET)
    client.read_response()
    began = time.monotonic()
    assert client.read_until_close() == b""
    assert 0.1 < time.monotonic() - began < 5


def test_a_body_that_takes_too_long_is_refused(serve: Serve) -> None:
    client = serve(body_timeout=0.2).connect()
    client.send(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\na")
    assert client.read_until_close().startswith(b"HTTP/1.1 408 ")


def test_a_head_is_written_with_a_body_in_pieces(serve: Serve) -> None:
    def pieces(request: HTTPServerRequest) -> None:
        connection: Any = request.connection
        connection.write_headers(ResponseStartLine("", 200, "OK"), HTTPHeaders(), b"one ")
        connection.write(b"two")
        connection.finish()

    server = serve(pieces)
    answer = server.exchange(LAST)
    assert answer.endswith(b"\r\n\r\n4\r\none \r\n3\r\ntwo\r\n0\r\n\r\n")
    assert b"Transfer-Encoding: chunked\r\n" in answer
    old = server.exchange(b"GET / HTTP/1.0\r\n\r\n")
    assert old.endswith(b"\r\n\r\none two")


def test_a_head_request_gets_the_fields_and_no_body(serve: Serve) -> None:
    client = serve().connect()
    client.send(b"HEAD /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    head, _, body = client.read_until_close().partition(b"\r\n\r\n")
    assert b"Content-Length: 8" in head
    assert body == b""


def test_unread_bodies_are_drained_and_the_connection_kept(serve: Serve) -> None:
    def early(request: HTTPServerRequest) -> None:
        connection: Any = request.connection
        connection.respond(200, "OK", HTTPHeaders(), b"early")

    client = serve(early).connect()
    client.send(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n0123456789" + GET)
    assert client.read_response()[2] == b"early"
    assert client.read_response()[2] == b"early"


def test_close_all_connections_ends_requests_that_are_under_way(serve: Serve) -> None:
    closed: list[bool] = []

    def never(request: HTTPServerRequest) -> None:
        connection: Any = request.connection
        connection.set_close_callback(lambda: closed.append(True))

    server = serve(never)
    client = server.connect()
    client.send(GET)
    while not server.call(lambda: len(server.server._connections)):
        time.sleep(0.01)
    time.sleep(0.05)
    server.call(server.server.close_all_connections)
    assert client.read_until_close() == b""
    assert closed == [True]


def test_a_handler_hears_that_its_client_went_away(serve: Serve) -> None:
    closed: list[bool] = []

    def never(request: HTTPServerRequest) -> None:
        connection: Any = request.connection
        connection.set_close_callback(lambda: closed.append(True))

    client = serve(never).connect()
    client.send(GET)
    time.sleep(0.05)
    client.socket.close()
    deadline = time.monotonic() + 5
    while not closed and time.monotonic() < deadline:
        time.sleep(0.01)
    assert closed == [True]


def test_a_detached_stream_gets_the_bytes_after_the_head(serve: Serve) -> None:
    def upgrade(request: HTTPServerRequest) -> None:
        connection: Any = request.connection
        connection.write_headers(
            ResponseStartLine("", 101, "Switching Protocols"), HTTPHeaders({"Upgrade": "echo"})
        )
        stream = connection.detach()

        async def echo() -> None:
            await stream.write(b"<" + await stream.read_bytes(6) + b">")
            stream.close()

        asyncio.get_running_loop().create_task(echo())

    data = serve(upgrade).exchange(b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: echo\r\n\r\nabcdef")
    assert data.endswith(b"\r\n\r\n<abcdef>")
    assert b"Transfer-Encoding" not in data


def test_forwarded_addresses_are_believed_only_when_asked_for(serve: Serve) -> None:
    def who(request: HTTPServerRequest) -> None:
        connection: Any = request.connection
        text = f"{request.remote_ip} {request.protocol}"
        connection.respond(200, "OK", HTTPHeaders(), text.encode())

    def ask(fields: bytes, **options: Any) -> bytes:
        data = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + fields + b"\r\n"
        answer: bytes = serve(who, **options).exchange(data)
        return answer.rpartition(b"\r\n\r\n")[2]

    forwarded = b"X-Forwarded-For: 1.1.1.1, 10.0.0.9\r\nX-Scheme: https\r\n"
    assert ask(forwarded) == b"127.0.0.1 http"
    assert ask(forwarded, xheaders=True) == b"10.0.0.9 https"
    assert ask(forwarded, xheaders=True, trusted_downstream=["10.0.0.9"]) == b"1.1.1.1 https"
    assert ask(forwarded, forwarded=True) == b"127.0.0.1 http"
    assert ask(b"Forwarded: for=1.1.1.1;proto=https\r\n", forwarded=True) == b"1.1.1.1 https"
    assert ask(b"X-Real-Ip: nonsense\r\n", xheaders=True) == b"127.0.0.1 http"


def test_a_subclass_of_the_server_may_take_requests_itself() -> None:
    from tornado.httpserver import HTTPServer

    class Counting(HTTPServer):
        def start_request(self, server_conn: object, request_conn: Any) -> Any:
            self.count = getattr(self, "count", 0) + 1
            return super().start_request(server_conn, request_conn)

    server = Counting(lambda request: None)
    server.start_request(object(), None)
    assert server.count == 1


@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "a\nX-Evil: 1", "a\r\n\r\nbody", "\x00"])
def test_s14_no_line_end_gets_into_a_response_that_leaves_at_once(serve: Serve, value: str) -> None:
    raised: list[Exception] = []

    def inject(request: HTTPServerRequest) -> None:
        connection: Any = request.connection
        headers = HTTPHeaders()
        headers["X-A"] = value  # nothing checks it here
        try:
            connection.respond(200, "OK", headers, b"ok")
        except HTTPOutputError as error:
            raised.append(error)
            connection.close()

    assert serve(inject).exchange(GET) == b""
    assert len(raised) == 1


def test_repeated_fields_of_a_response_leave_apart(serve: Serve) -> None:
    def answer(request: HTTPServerRequest) -> None:
        connection: Any = request.connection
        headers = HTTPHeaders({"Set-Cookie": "a=b"})
        headers.add("Set-Cookie", "c=d")
        connection.respond(200, "OK", headers, b"ok")

    client = serve(answer).connect()
    client.send(GET)
    data = client.socket.recv(10_000)
    assert b"Set-Cookie: a=b\r\nSet-Cookie: c=d\r\n" in data


# Coroutine functions.


def test_a_callback_may_be_a_coroutine_function(serve: Serve) -> None:
    async def answer(request: HTTPServerRequest) -> None:
        connection: Any = request.connection
        await connection.write_headers(ResponseStartLine("", 200, "OK"), HTTPHeaders())
        await asyncio.sleep(0.01)
        await connection.write(b"slowly")
        connection.finish()

    data = serve(answer).exchange(GET + LAST)
    assert data.count(b"HTTP/1.1 200 OK") == 2
    assert data.count(b"6\r\nslowly\r\n0\r\n\r\n") == 2


@pytest.mark.parametrize("begun", [False, True])
def test_an_error_of_a_coroutine_function_is_logged_and_closes(
    serve: Serve, caplog: pytest.LogCaptureFixture, begun: bool
) -> None:
    async def fail(request: HTTPServerRequest) -> None:
        connection: Any = request.connection
        if begun:
            await connection.write_headers(ResponseStartLine("", 200, "OK"), HTTPHeaders())
        await asyncio.sleep(0)
        raise RuntimeError("a bug of the application")

    data = serve(fail).exchange(GET)
    assert data.startswith(b"HTTP/1.1 200 OK") is begun
    assert b"0\r\n\r\n" not in data
    assert [str(record.exc_info[1]) for record in caplog.records if record.exc_info] == [
        "a bug of the application"
    ]


def test_a_client_that_leaves_is_no_error_of_a_coroutine_function(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    ended: list[type[BaseException]] = []

    async def stream(request: HTTPServerRequest) -> None:
        connection: Any = request.connection
        try:
            await connection.write_headers(ResponseStartLine("", 200, "OK"), HTTPHeaders())
            while True:
                await connection.write(b"x" * 10_000)
                await asyncio.sleep(0.001)
        except BaseException as error:
            ended.append(type(error))
            raise

    client = serve(stream).connect()
    client.send(GET)
    client.socket.recv(100)
    client.socket.close()
    deadline = time.monotonic() + 10
    while not ended and time.monotonic() < deadline:
        time.sleep(0.01)
    assert ended == [StreamClosedError]
    assert [record for record in caplog.records if record.exc_info] == []


# Subclasses.


def test_a_subclass_sees_each_connection_in_handle_stream() -> None:
    seen: list[str] = []

    class Watching(HTTPServer):
        def handle_stream(self, stream: Any, address: Any) -> None:
            seen.append(address[0])
            super().handle_stream(stream, address)

    async def scene() -> bytes:
        server = Watching(
            lambda request: request.connection.respond(200, "OK", HTTPHeaders(), b"a")
        )
        with socket.create_server(("127.0.0.1", 0)) as listener:
            server.add_socket(listener)
            reader, writer = await asyncio.open_connection(*listener.getsockname())
            writer.write(LAST)
            data = await asyncio.wait_for(reader.read(), 10)
            writer.close()
            server.stop()
        return data

    assert asyncio.run(scene()).endswith(b"\r\n\r\na")
    assert seen == ["127.0.0.1"]


def test_another_class_may_be_configured_for_http_server() -> None:
    class Other(HTTPServer):
        def initialize(self, *args: Any, **kwargs: Any) -> None:
            super().initialize(*args, **kwargs)
            self.is_other = True

    assert HTTPServer.configurable_base() is HTTPServer
    assert HTTPServer.configurable_default() is HTTPServer
    HTTPServer.configure(Other)
    try:
        assert HTTPServer(lambda request: None).is_other  # type: ignore[attr-defined]  # see above
    finally:
        HTTPServer.configure(None)
    assert type(HTTPServer(lambda request: None)) is HTTPServer
