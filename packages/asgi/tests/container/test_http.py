"""HTTP requests for an ASGI application in our server, message by message."""

from __future__ import annotations

import asyncio
import logging
import socket
import struct
import threading
import time
from contextlib import suppress
from typing import Any

import pytest

from tornado.asgi import ASGIContainer

PATIENCE = 30


def contain(application: Any) -> ASGIContainer:
    return ASGIContainer(application, lifespan="off")


async def hello(scope: Any, receive: Any, send: Any) -> None:
    fields = [(b"content-length", b"5"), (b"content-type", b"text/plain")]
    await send({"type": "http.response.start", "status": 200, "headers": fields})
    await send({"type": "http.response.body", "body": b"Hello"})


async def read_body(receive: Any) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        assert message["type"] == "http.request"
        body += message["body"]
        more = message["more_body"]
    return body


async def answer(send: Any, body: bytes = b"ok", status: int = 200, headers: Any = ()) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def wait_until(condition: Any) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def reset(client: Any) -> None:
    """End a connection as if the client had crashed."""
    client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


def test_hello_is_served_on_a_connection_that_stays_open(serve: Any) -> None:
    client = serve(contain(hello)).connect()
    for _ in range(3):
        response = client.get()
        assert (response.status, response.body) == (200, b"Hello")
        assert response.fields["content-length"] == "5"
        assert "date" in response.fields


def test_the_scope_tells_everything_about_a_request(serve: Any) -> None:
    scopes = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        scopes.append(scope)
        await answer(send)

    server = serve(contain(application))
    client = server.connect()
    client.get("/a%20b/%C3%A9?x=1&y=%20", "X-Many: one\r\nX-Many: two\r\nX-Latin: \xe9\r\n")
    (scope,) = scopes
    assert scope["type"] == "http"
    assert scope["asgi"] == {"version": "3.0", "spec_version": "2.5"}
    assert scope["http_version"] == "1.1"
    assert scope["method"] == "GET"
    assert scope["scheme"] == "http"
    assert scope["path"] == "/a b/é"
    assert scope["raw_path"] == b"/a%20b/%C3%A9"
    assert scope["query_string"] == b"x=1&y=%20"
    assert scope["root_path"] == ""
    assert scope["client"] == client.socket.getsockname()
    assert scope["server"] == ("127.0.0.1", server.port)
    assert (b"host", b"example") in scope["headers"]
    many = [value for name, value in scope["headers"] if name == b"x-many"]
    assert many == [b"one", b"two"]
    assert "state" not in scope
    assert {*scope["extensions"]} == {"http.response.pathsend", "http.response.zerocopysend"}


@pytest.mark.parametrize(
    ("target", "path", "host"),
    [
        ("http://other.example/a?b", "/a", b"other.example"),
        ("http://other.example", "/", b"other.example"),
    ],
)
def test_an_absolute_target_says_the_host(serve: Any, target: str, path: str, host: bytes) -> None:
    scopes = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        scopes.append(scope)
        await answer(send)

    serve(contain(application)).get(target)
    assert scopes[0]["path"] == path
    assert [value for name, value in scopes[0]["headers"] if name == b"host"] == [host]


def test_a_scope_is_of_one_request_alone(serve: Any) -> None:
    sizes = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        sizes.append((len(scope), len(scope["extensions"]), len(scope["headers"])))
        scope["mine"] = scope["extensions"]["mine"] = 1
        scope["headers"].append((b"mine", b"1"))
        await answer(send)

    client = serve(contain(application)).connect()
    client.get()
    client.get()
    assert sizes[0] == sizes[1]


def test_a_body_is_received_as_it_comes(serve: Any) -> None:
    pieces = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        while True:
            message = await receive()
            pieces.append(message["body"])
            arrived.set()
            if not message["more_body"]:
                break
        await answer(send, b"".join(pieces))

    arrived = threading.Event()
    client = serve(contain(application)).connect()
    client.send(b"POST / HTTP/1.1\r\nHost: e\r\nContent-Length: 10\r\n\r\nfirst")
    assert arrived.wait(PATIENCE)
    client.send(b"later")
    assert client.read_response().body == b"firstlater"
    assert len(pieces) >= 2


def test_a_body_in_one_segment_is_one_message(serve: Any) -> None:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        message = await receive()
        await answer(send, b"%b %d" % (message["body"], message["more_body"]))

    client = serve(contain(application)).connect()
    client.send(b"POST / HTTP/1.1\r\nHost: e\r\nContent-Length: 4\r\n\r\nbody")
    assert client.read_response().body == b"body 0"


def test_s9_a_client_waits_while_the_application_does_not_receive(serve: Any) -> None:
    """What waits for an application is bounded, however much its client sends."""
    go_on = threading.Event()

    async def application(scope: Any, receive: Any, send: Any) -> None:
        await asyncio.to_thread(go_on.wait, PATIENCE)
        count, more = 0, True
        while more:
            message = await receive()
            count += len(message["body"])
            more = message["more_body"]
        await answer(send, b"%d" % count)

    size = 64 * 1024 * 1024
    client = serve(contain(application)).connect()
    client.send(b"POST / HTTP/1.1\r\nHost: e\r\nContent-Length: %d\r\n\r\n" % size)
    client.socket.settimeout(1.0)
    sent = 0
    piece = bytes(1 << 20)
    with suppress(TimeoutError):
        while sent < size:
            sent += client.socket.send(piece[: size - sent])
    assert sent < size // 2  # the buffers of the system have taken it
    go_on.set()
    client.socket.settimeout(PATIENCE)
    while sent < size:
        sent += client.socket.send(piece[: size - sent])
    assert client.read_response().body == b"%d" % size


def test_s8_an_application_waits_for_a_client_that_does_not_read(serve: Any) -> None:
    sent = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200})
        for _ in range(1000):
            await send({"type": "http.response.body", "body": bytes(1 << 16), "more_body": True})
            sent.append(1)
        await send({"type": "http.response.body"})
        done.set()

    done = threading.Event()
    client = serve(contain(application)).connect()
    client.send(b"GET / HTTP/1.1\r\nHost: e\r\n\r\n")
    assert client.read_head()[0] == 200
    assert not done.wait(0.5)
    assert len(sent) < 500
    assert len(client.read_chunked()) == 1000 << 16
    assert done.wait(PATIENCE)


def test_a_streamed_response_begins_with_its_first_message(serve: Any) -> None:
    """Also with an empty one: event streams open that way."""
    go_on = threading.Event()

    async def application(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body", "more_body": True})
        await asyncio.to_thread(go_on.wait, PATIENCE)
        await send({"type": "http.response.body", "body": b"end"})

    client = serve(contain(application)).connect()
    client.send(b"GET / HTTP/1.1\r\nHost: e\r\n\r\n")
    assert client.read_head()[0] == 200
    go_on.set()
    assert client.read_chunked() == b"end"


def test_a_client_that_leaves_is_a_disconnect(serve: Any) -> None:
    messages: list[Any] = []
    waits, left = threading.Event(), threading.Event()

    async def application(scope: Any, receive: Any, send: Any) -> None:
        messages.append(await receive())
        waits.set()
        messages.append(await receive())
        with pytest.raises(OSError, match="gone") as caught:
            await answer(send)
        messages.append(caught.value)
        left.set()

    client = serve(contain(application)).connect()
    client.send(b"GET / HTTP/1.1\r\nHost: e\r\n\r\n")
    assert waits.wait(PATIENCE)
    client.close()
    assert left.wait(PATIENCE)
    assert [message["type"] for message in messages[:2]] == ["http.request", "http.disconnect"]


def test_a_client_that_leaves_in_its_body_is_a_disconnect(serve: Any) -> None:
    messages: list[Any] = []
    waits, left = threading.Event(), threading.Event()

    async def application(scope: Any, receive: Any, send: Any) -> None:
        messages.append(await receive())
        waits.set()
        messages.append(await receive())
        left.set()

    client = serve(contain(application)).connect()
    client.send(b"POST / HTTP/1.1\r\nHost: e\r\nContent-Length: 10\r\n\r\nfirst")
    assert waits.wait(PATIENCE)
    client.close()
    assert left.wait(PATIENCE)
    assert messages == [
        {"type": "http.request", "body": b"first", "more_body": True},
        {"type": "http.disconnect"},
    ]


def test_a_send_that_waits_ends_when_the_client_leaves(serve: Any) -> None:
    errors: list[BaseException] = []
    ended = threading.Event()

    async def application(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200})
        try:
            while True:
                await send({"type": "http.response.body", "body": bytes(65536), "more_body": True})
        except OSError as error:
            errors.append(error)
            ended.set()

    client = serve(contain(application)).connect()
    client.send(b"GET / HTTP/1.1\r\nHost: e\r\n\r\n")
    client.read_head()
    reset(client)
    assert ended.wait(PATIENCE)


def test_a_lost_client_cancels_nothing(serve: Any) -> None:
    waits, go_on, done = threading.Event(), threading.Event(), threading.Event()

    async def application(scope: Any, receive: Any, send: Any) -> None:
        waits.set()
        await asyncio.to_thread(go_on.wait, PATIENCE)
        with suppress(OSError):  # the server may not know yet
            await answer(send)
        done.set()

    client = serve(contain(application)).connect()
    client.send(b"GET / HTTP/1.1\r\nHost: e\r\n\r\n")
    assert waits.wait(PATIENCE)
    reset(client)
    go_on.set()
    assert done.wait(PATIENCE)


def test_receive_after_the_response_is_a_disconnect(serve: Any) -> None:
    messages: list[Any] = []
    done = threading.Event()

    async def application(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        watching = asyncio.create_task(receive())
        await asyncio.sleep(0)
        await answer(send)
        messages.extend([await watching, await receive()])
        done.set()

    serve(contain(application)).get()
    assert done.wait(PATIENCE)
    assert messages == [{"type": "http.disconnect"}] * 2


def test_what_follows_a_response_does_not_delay_the_next_request(serve: Any) -> None:
    go_on, done = threading.Event(), threading.Event()

    async def application(scope: Any, receive: Any, send: Any) -> None:
        await answer(send)
        if scope["path"] == "/work":
            await asyncio.to_thread(go_on.wait, PATIENCE)
            done.set()

    client = serve(contain(application)).connect()
    assert client.get("/work").status == 200
    assert client.get("/").status == 200
    go_on.set()
    assert done.wait(PATIENCE)


def test_an_application_answers_before_the_body_has_come(serve: Any) -> None:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        await answer(send, b"no", 401)

    client = serve(contain(application)).connect()
    client.send(b"POST / HTTP/1.1\r\nHost: e\r\nContent-Length: 4\r\n\r\n")
    assert client.read_response().status == 401
    client.send(b"body")
    assert client.get().status == 401


def test_a_client_is_asked_for_its_body_when_the_application_wants_it(serve: Any) -> None:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] == "/refused":
            await answer(send, b"no", 401)
        else:
            await answer(send, await read_body(receive))

    server = serve(contain(application))
    head = b"POST %b HTTP/1.1\r\nHost: e\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n"
    client = server.connect()
    client.send(head % b"/")
    assert client.read_head()[0] == 100
    client.send(b"body")
    assert client.read_response().body == b"body"
    client = server.connect()
    client.send(head % b"/refused")
    assert client.read_response().status == 401


def test_s11_a_body_over_the_limit_never_reaches_the_application(serve: Any) -> None:
    calls = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        calls.append(scope)
        await answer(send)

    server = serve(contain(application), max_body_size=10)
    client = server.connect()
    client.send(b"POST / HTTP/1.1\r\nHost: e\r\nContent-Length: 11\r\n\r\n")
    assert client.read_response().status == 413
    assert calls == []


def test_s11_a_body_that_grows_over_the_limit_is_a_disconnect(serve: Any) -> None:
    messages: list[Any] = []
    begun, done = threading.Event(), threading.Event()

    async def application(scope: Any, receive: Any, send: Any) -> None:
        while not messages or messages[-1]["type"] != "http.disconnect":
            messages.append(await receive())
            begun.set()
        with pytest.raises(OSError, match="gone"):
            await answer(send)
        done.set()

    server = serve(contain(application), max_body_size=10)
    client = server.connect()
    client.send(b"POST / HTTP/1.1\r\nHost: e\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n")
    assert begun.wait(PATIENCE)
    client.send(b"6\r\nsecond\r\n")
    assert client.read_response().status == 413
    assert done.wait(PATIENCE)


def test_s7_pipelined_requests_are_answered_in_order(serve: Any) -> None:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] == "/slow":
            await asyncio.sleep(0.05)
        await answer(
            send, scope["raw_path"], headers=[(b"content-length", b"%d" % len(scope["raw_path"]))]
        )

    client = serve(contain(application)).connect()
    client.send(
        b"".join(b"GET %b HTTP/1.1\r\nHost: e\r\n\r\n" % each for each in [b"/slow", b"/b", b"/c"])
    )
    assert [client.read_response().body for _ in range(3)] == [b"/slow", b"/b", b"/c"]


def test_head_requests_have_the_length_and_no_body(serve: Any) -> None:
    client = serve(contain(hello)).connect()
    for _ in range(2):
        client.send(b"HEAD / HTTP/1.1\r\nHost: e\r\n\r\n")
        status, fields = client.read_head()
        assert (status, fields["content-length"]) == (200, "5")
    assert client.get().body == b"Hello"


def test_http_1_0_is_answered_until_the_connection_closes(serve: Any) -> None:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body", "body": b"one", "more_body": True})
        await send({"type": "http.response.body", "body": b"two"})

    client = serve(contain(application)).connect()
    client.send(b"GET / HTTP/1.0\r\n\r\n")
    head, _, body = client.read_until_close().partition(b"\r\n\r\n")
    assert b"chunked" not in head
    assert body == b"onetwo"


def test_the_access_log_has_a_line_for_each_request(serve: Any, caplog: Any) -> None:
    caplog.set_level(logging.INFO, "tornado.access")

    async def application(scope: Any, receive: Any, send: Any) -> None:
        await answer(send, status=404 if scope["path"] == "/missing" else 200)

    client = serve(contain(application)).connect()
    client.get("/a?b=c")
    client.get("/missing")
    wait_until(lambda: "GET /missing" in caplog.text)
    lines = [(r.levelname, r.getMessage()) for r in caplog.records if r.name == "tornado.access"]
    assert [level for level, _ in lines] == ["INFO", "WARNING"]
    assert lines[0][1].startswith("200 GET /a?b=c (127.0.0.1) ")
    assert lines[1][1].startswith("404 GET /missing (127.0.0.1) ")


def test_a_container_takes_applications_and_nothing_else() -> None:
    with pytest.raises(TypeError, match="an ASGI application is callable"):
        ASGIContainer(3)  # type: ignore[arg-type]  # what the test is about
    with pytest.raises(ValueError, match="root_path begins with a slash"):
        ASGIContainer(hello, root_path="api")
    with pytest.raises(ValueError, match="lifespan is one of auto, on, off"):
        ASGIContainer(hello, lifespan="maybe")
