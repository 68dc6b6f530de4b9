"""Websockets of ASGI applications in our server."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable
from typing import Any

import pytest

from tornado.asgi import ASGIContainer
from tornado.websocket import ConnectionParameters
from tornado.websocket.protocol import (
    Close,
    DeflateSettings,
    Pong,
    new_key,
    request_headers,
)

PATIENCE = 30


Play = Callable[[Any, Any, Any], Any]


def contain(play: Play, **options: Any) -> ASGIContainer:
    return ASGIContainer(play, lifespan="off", **options)


async def accept(receive: Any, send: Any, **more: Any) -> None:
    assert await receive() == {"type": "websocket.connect"}
    await send({"type": "websocket.accept", **more})


async def echo(scope: Any, receive: Any, send: Any) -> None:
    await accept(receive, send)
    while (message := await receive())["type"] == "websocket.receive":
        await send({**message, "type": "websocket.send"})


def test_messages_of_both_kinds_are_echoed(serve: Any, connect: Any) -> None:
    peer = connect(serve(contain(echo)).connect())
    for message in ["text", b"bytes", "", b"", "\u20ac" * 1000, bytes(200_000)]:
        peer.send(message)
        assert peer.receive() == message


def test_the_scope_of_a_websocket(serve: Any, connect: Any) -> None:
    scopes: queue.Queue[Any] = queue.Queue()

    async def application(scope: Any, receive: Any, send: Any) -> None:
        scopes.put(scope)
        await accept(receive, send, subprotocol="two", headers=[(b"x-own", b"1")])

    client = serve(contain(application, root_path="/ws")).connect()
    peer = connect(client, "/ws/a?b=c", subprotocols=("one", "two"))
    scope = scopes.get(timeout=PATIENCE)
    assert scope["type"] == "websocket"
    assert scope["scheme"] == "ws"
    assert scope["path"] == "/ws/a"
    assert scope["root_path"] == "/ws"
    assert scope["query_string"] == b"b=c"
    assert scope["subprotocols"] == ["one", "two"]
    assert scope["client"] == client.socket.getsockname()
    assert scope["extensions"] == {"websocket.http.response": {}}
    assert "method" not in scope
    assert peer.subprotocol == "two"
    assert peer.fields["x-own"] == "1"


def test_a_ping_is_answered_without_the_application(serve: Any, connect: Any) -> None:
    peer = connect(serve(contain(echo)).connect())
    peer.client.send(peer.connection.send_ping(b"hello"))
    assert peer.receive() == Pong(b"hello")


#: What an application does, and what its client gets: a close code.
ENDS = {
    "it closes": ([{"type": "websocket.close"}], Close(1000, "")),
    "it closes with a code": (
        [{"type": "websocket.close", "code": 3001, "reason": "enough"}],
        Close(3001, "enough"),
    ),
    "it returns": ([], Close(1000, "")),
    "it raises": ([KeyError("x")], Close(1011, "")),
    "it accepts again": ([{"type": "websocket.accept"}], Close(1011, "")),
    "it sends HTTP": ([{"type": "http.response.start", "status": 200}], Close(1011, "")),
    "a message without anything": ([{"type": "websocket.send"}], Close(1011, "")),
    "a message with both": (
        [{"type": "websocket.send", "text": "", "bytes": b""}],
        Close(1011, ""),
    ),
    "text that is bytes": ([{"type": "websocket.send", "text": b"x"}], Close(1011, "")),
    "bytes that are text": ([{"type": "websocket.send", "bytes": "x"}], Close(1011, "")),
}


@pytest.mark.parametrize("name", ENDS)
@pytest.mark.expected_errors("websocket / ")
def test_each_way_to_end_has_a_close_code(serve: Any, connect: Any, name: str) -> None:
    steps, closed = ENDS[name]

    async def application(scope: Any, receive: Any, send: Any) -> None:
        await accept(receive, send)
        for step in steps:
            if isinstance(step, BaseException):
                raise step
            await send(step)

    peer = connect(serve(contain(application)).connect())
    assert peer.receive() == closed


#: What an application does instead of accepting, and the status for its client.
REFUSALS: dict[str, Any] = {
    "it closes": ([{"type": "websocket.close", "code": 4000}], 403),
    "it returns": ([], 500),
    "it raises": ([KeyError("x")], 500),
    "it sends first": ([{"type": "websocket.send", "text": "x"}], 500),
    "a subprotocol that was not offered": ([{"type": "websocket.accept", "subprotocol": "x"}], 500),
    "S14 a line end in a header": (
        [{"type": "websocket.accept", "headers": [(b"a", b"b\r\nc: d")]}],
        500,
    ),
    "S21 a header of the handshake": (
        [{"type": "websocket.accept", "headers": [(b"sec-websocket-extensions", b"x")]}],
        500,
    ),
}


@pytest.mark.parametrize("name", REFUSALS)
@pytest.mark.expected_errors("websocket / ")
def test_each_way_not_to_accept_has_a_status(serve: Any, connect: Any, name: str) -> None:
    steps, status = REFUSALS[name]

    async def application(scope: Any, receive: Any, send: Any) -> None:
        assert (await receive())["type"] == "websocket.connect"
        for step in steps:
            if isinstance(step, BaseException):
                raise step
            await send(step)

    server = serve(contain(application))
    peer = connect(server.connect())
    assert peer.status == status
    assert peer.client.read_until_close() != b""
    assert connect(server.connect()).status == status


def test_an_application_that_refuses_is_told_of_the_end(serve: Any, connect: Any) -> None:
    messages: queue.Queue[Any] = queue.Queue()

    async def application(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.close", "code": 4001})
        messages.put(await receive())

    assert connect(serve(contain(application)).connect()).status == 403
    message = messages.get(timeout=PATIENCE)
    assert (message["type"], message["code"]) == ("websocket.disconnect", 4001)


@pytest.mark.parametrize("in_pieces", [False, True])
def test_a_denial_response_is_the_applications_own(
    serve: Any, connect: Any, in_pieces: bool
) -> None:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        fields = [(b"content-type", b"application/json")]
        start = {"type": "websocket.http.response.start", "status": 401, "headers": fields}
        await send(start)
        if in_pieces:
            body = {"type": "websocket.http.response.body", "body": b"{", "more_body": True}
            await send(body)
            await asyncio.sleep(0)
            await send({"type": "websocket.http.response.body", "body": b"}"})
        else:
            await send({"type": "websocket.http.response.body", "body": b"{}"})

    peer = connect(serve(contain(application)).connect())
    assert peer.status == 401
    assert peer.fields["content-type"] == "application/json"
    assert peer.fields["connection"] == "close"
    body = peer.client.read_until_close()
    assert body == (b"1\r\n{\r\n1\r\n}\r\n0\r\n\r\n" if in_pieces else b"{}")


def ending_with(end: Callable[[Any], None], serve: Any, connect: Any) -> Any:
    messages: queue.Queue[Any] = queue.Queue()

    async def application(scope: Any, receive: Any, send: Any) -> None:
        await accept(receive, send)
        messages.put(await receive())
        with pytest.raises(OSError, match="client"):
            await send({"type": "websocket.send", "text": "too late"})
        messages.put("done")

    peer = connect(serve(contain(application)).connect())
    end(peer)
    message = messages.get(timeout=PATIENCE)
    assert messages.get(timeout=PATIENCE) == "done"
    return message


def test_the_close_frame_of_a_client_is_passed_on(serve: Any, connect: Any) -> None:
    message = ending_with(
        lambda peer: peer.client.send(peer.connection.close(4002, "reason")), serve, connect
    )
    assert message == {"type": "websocket.disconnect", "code": 4002, "reason": "reason"}


def test_a_close_frame_without_a_code_is_1005(serve: Any, connect: Any) -> None:
    message = ending_with(lambda peer: peer.client.send(peer.connection.close()), serve, connect)
    assert (message["type"], message["code"]) == ("websocket.disconnect", 1005)


def test_a_connection_that_is_cut_is_1006(serve: Any, connect: Any) -> None:
    message = ending_with(lambda peer: peer.client.close(), serve, connect)
    assert (message["type"], message["code"]) == ("websocket.disconnect", 1006)


def test_a_client_that_leaves_before_the_answer_is_1006(serve: Any, connect: Any) -> None:
    messages: queue.Queue[Any] = queue.Queue()

    async def application(scope: Any, receive: Any, send: Any) -> None:
        messages.put(await receive())
        messages.put(await receive())

    client = serve(contain(application)).connect()
    lines = "".join(f"{name}: {value}\r\n" for name, value in request_headers(new_key()).items())
    client.send(f"GET / HTTP/1.1\r\nHost: e\r\n{lines}\r\n".encode())
    assert messages.get(timeout=PATIENCE)["type"] == "websocket.connect"
    client.close()
    message = messages.get(timeout=PATIENCE)
    assert (message["type"], message["code"]) == ("websocket.disconnect", 1006)


def test_an_application_that_does_not_receive_slows_its_client_down(
    serve: Any, connect: Any
) -> None:
    """What waits for an application is bounded; nothing is lost."""
    go_on = threading.Event()

    async def application(scope: Any, receive: Any, send: Any) -> None:
        await accept(receive, send)
        await asyncio.to_thread(go_on.wait, PATIENCE)
        count = 0
        while count < 300:
            count += (await receive())["type"] == "websocket.receive"
        await send({"type": "websocket.send", "text": str(count)})

    peer = connect(serve(contain(application)).connect())
    sending = threading.Thread(target=lambda: [peer.send(bytes(100_000)) for _ in range(300)])
    sending.start()
    sending.join(0.5)
    assert sending.is_alive()
    go_on.set()
    assert peer.receive() == "300"
    sending.join(PATIENCE)


def test_an_application_waits_for_a_client_that_reads_slowly(serve: Any, connect: Any) -> None:
    sent = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        await accept(receive, send)
        for _ in range(300):
            await send({"type": "websocket.send", "bytes": bytes(100_000)})
            sent.append(1)
        done.set()

    done = threading.Event()
    peer = connect(serve(contain(application)).connect())
    assert not done.wait(0.5)
    assert len(sent) < 290
    for _ in range(300):
        assert peer.receive() == bytes(100_000)
    assert done.wait(PATIENCE)


def test_s21_a_message_over_the_limit_closes_with_1009(serve: Any, connect: Any) -> None:
    parameters = ConnectionParameters(max_message_size=100)
    peer = connect(serve(contain(echo, websocket=parameters)).connect())
    peer.send("x" * 100)
    assert peer.receive() == "x" * 100
    peer.send("x" * 101)
    assert peer.receive().code == 1009


def test_messages_are_compressed_where_the_container_says_so(serve: Any, connect: Any) -> None:
    settings = DeflateSettings()
    container = contain(echo, compression=settings)
    peer = connect(serve(container).connect(), deflate=settings)
    assert "permessage-deflate" in peer.fields["sec-websocket-extensions"]
    peer.send("x" * 10_000)
    assert peer.receive() == "x" * 10_000
    plain = connect(serve(contain(echo)).connect(), deflate=settings)
    assert "sec-websocket-extensions" not in plain.fields


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ("Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n", 400),
        ("Connection: Upgrade\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n", 400),
        ("Connection: Upgrade\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 12\r\n", 426),
        ("Sec-WebSocket-Version: 13\r\n", 400),
    ],
)
def test_s21_a_wrong_handshake_never_reaches_the_application(
    serve: Any, connect: Any, fields: str, status: int
) -> None:
    calls = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        calls.append(scope)

    response = serve(contain(application)).get("/", f"Upgrade: websocket\r\n{fields}")
    assert response.status == status
    assert calls == []


def test_another_upgrade_is_a_request_like_others(serve: Any, connect: Any) -> None:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200})
        await send({"type": "http.response.body", "body": scope["type"].encode()})

    response = serve(contain(application)).get("/", "Upgrade: h2c\r\nConnection: Upgrade\r\n")
    assert (response.status, response.body) == (200, b"http")


def test_a_server_that_is_drained_says_goodbye(serve: Any, connect: Any) -> None:
    codes: queue.Queue[Any] = queue.Queue()

    async def application(scope: Any, receive: Any, send: Any) -> None:
        await accept(receive, send)
        codes.put(await receive())

    server = serve(contain(application))
    peer = connect(server.connect())
    future = asyncio.run_coroutine_threadsafe(server.server.drain(10, grace=0), server.loop)
    event = peer.receive()
    assert event.code == 1001
    peer.client.send(peer.connection.take_answers())
    assert future.result(PATIENCE) == 0
    assert codes.get(timeout=PATIENCE)["code"] == 1001
