"""What applications do wrong: defined, logged, and never felt by the next request."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar
from typing import Any

import pytest

from tornado.asgi import ASGIContainer
from tornado.asgi._container._errors import ClientLeftError, is_about_lost_client

START = {"type": "http.response.start", "status": 200, "headers": []}
BODY = {"type": "http.response.body", "body": b"body"}
MORE = {"type": "http.response.body", "body": b"more", "more_body": True}


def start(*fields: tuple[bytes, bytes], status: Any = 200) -> dict[str, Any]:
    return {"type": "http.response.start", "status": status, "headers": [*fields]}


def playing(*steps: Any) -> ASGIContainer:
    """Return an application that sends messages, and raises exceptions among them."""

    async def application(scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] == "/next":
            await send(start((b"content-length", b"4")))
            await send({"type": "http.response.body", "body": b"next"})
            return
        if scope["path"] == "/later":
            await asyncio.sleep(0)
        for step in steps:
            if isinstance(step, BaseException):
                raise step
            await send(step)

    return ASGIContainer(application, lifespan="off")


class Abort(BaseException):
    """An exception that does not derive from `Exception`."""


#: What is sent, and what is logged; the client gets 500.
UNSENT = {
    "nothing": ((), "has not sent a whole response"),
    "a head alone": ((START,), "has not sent a whole response"),
    "an exception": ((KeyError("x"),), "exception in the application"),
    "an exception of another kind": ((Abort("x"),), "exception in the application"),
    "a group of them": ((BaseExceptionGroup("x", [Abort()]),), "exception in the application"),
    "an exception after the head": ((START, KeyError("x")), "exception in the application"),
    "a body without a head": ((BODY,), "http.response.body does not come here"),
    "two heads": ((START, START), "http.response.start does not come here"),
    "an unknown message": (({"type": "http.response.what"},), "no message of the type"),
    "push, which is not offered": (({"type": "http.response.push"},), "no message of the type"),
    "debug, which is not offered": (({"type": "http.response.debug"},), "no message of the type"),
    "a websocket's message": (({"type": "websocket.accept"},), "no message of the type"),
    "trailers without a body": ((START, {"type": "http.response.trailers"}), "does not come here"),
    "S14 a line end in a value": ((start((b"x-a", b"a\r\nb: c")), BODY), "control characters"),
    "S14 a control character": ((start((b"x-a", b"a\x00")), BODY), "control characters"),
    "S14 a bad name": ((start((b"x a", b"a")), BODY), "invalid header name"),
    "S14 an empty name": ((start((b"", b"a")), BODY), "invalid header name"),
    "fields that are text": ((start(("x-a", "b")), BODY), "header names and values are bytes"),  # type: ignore[arg-type]  # what the test is about
    "a field that is no pair": ((start(b"abc"), BODY), "a header is a name and a value"),  # type: ignore[arg-type]  # what the test is about
    "an interim status": ((start(status=100), BODY), "the status of a response is"),
    "a status that is text": ((start(status="200"), BODY), "the status of a response is"),
    "a body that is text": ((START, {**BODY, "body": "text"}), "a body is bytes"),
    "S16 too long a body": ((start((b"content-length", b"3")), BODY), "Content-Length is 3"),
    "S16 too short a body": ((start((b"content-length", b"5")), BODY), "Content-Length is 5"),
    "S16 too long a first piece": ((start((b"content-length", b"3")), MORE), "Length is 3"),
    "S1 two lengths": (
        (start((b"content-length", b"4"), (b"content-length", b"5")), BODY),
        "several values of the header Content-Length",
    ),
    "S1 no number": ((start((b"content-length", b"+4")), BODY), "Content-Length is a number"),
}


@pytest.mark.parametrize("path", ["/", "/later"])
@pytest.mark.parametrize("name", UNSENT)
def test_nothing_is_lost_before_the_body_begins(
    serve: Any, caplog: Any, name: str, path: str
) -> None:
    steps, logged = UNSENT[name]
    client = serve(playing(*steps)).connect()
    response = client.get(path)
    assert (response.status, response.body) == (500, b"Internal Server Error")
    assert client.get("/next").body == b"next"
    assert logged in caplog.text
    assert f"GET {path} (127.0.0.1)" in caplog.text


#: Faults after bytes of the response were sent: the connection ends in the middle of it.
SENT = {
    "an end without the end": ((START, MORE), "has not sent a whole response"),
    "an exception between": ((START, MORE, KeyError("x")), "exception in the application"),
    "a second head": ((START, MORE, START), "http.response.start does not come here"),
    "S16 too many bytes": ((start((b"content-length", b"6")), MORE, MORE), "bytes too long"),
    "S16 too few bytes": ((start((b"content-length", b"9")), MORE, BODY), "shorter than its"),
}


@pytest.mark.parametrize("path", ["/", "/later"])
@pytest.mark.parametrize("name", SENT)
def test_a_broken_response_ends_with_its_connection(
    serve: Any, caplog: Any, name: str, path: str
) -> None:
    steps, logged = SENT[name]
    server = serve(playing(*steps))
    client = server.connect()
    client.send(f"GET {path} HTTP/1.1\r\nHost: e\r\n\r\n".encode())
    data = client.read_until_close()
    assert data.startswith(b"HTTP/1.1 200 ")
    assert not data.endswith(b"0\r\n\r\n")
    assert data.count(b"more") == 1
    assert server.get("/next").body == b"next"
    assert logged in caplog.text


def test_an_exception_after_the_response_is_logged_alone(serve: Any, caplog: Any) -> None:
    client = serve(playing(START, BODY, KeyError("late"))).connect()
    assert client.get().body == b"body"
    assert client.get("/next").body == b"next"
    assert "KeyError: 'late'" in caplog.text


def test_messages_after_the_response_are_ignored_and_logged(serve: Any, caplog: Any) -> None:
    client = serve(playing(START, BODY, BODY, START, {"type": "http.response.trailers"})).connect()
    assert client.get().body == b"body"
    assert client.get("/next").body == b"next"
    assert caplog.text.count("after its whole response") == 3


def test_an_application_that_is_cancelled_is_answered_for(serve: Any, caplog: Any) -> None:
    client = serve(playing(asyncio.CancelledError())).connect()
    assert client.get().status == 500
    assert client.get("/next").body == b"next"
    assert "the application was cancelled" in caplog.text


def test_an_application_that_is_no_coroutine_function(serve: Any, caplog: Any) -> None:
    def application(scope: Any, receive: Any, send: Any) -> Any:
        raise KeyError("early")

    assert serve(ASGIContainer(application, lifespan="off")).get().status == 500
    assert "KeyError: 'early'" in caplog.text


@pytest.mark.parametrize("body", [b"body", bytearray(b"body"), memoryview(b"body")])
def test_bodies_of_all_kinds_of_bytes_are_sent(serve: Any, body: Any) -> None:
    assert serve(playing(START, {**BODY, "body": body})).get().body == b"body"


def test_s14_fields_of_the_connection_are_the_servers(serve: Any) -> None:
    fields = [
        (b"connection", b"upgrade"),
        (b"keep-alive", b"timeout=1"),
        (b"transfer-encoding", b"gzip"),
        (b"upgrade", b"h2c"),
        (b"x-mine", b"kept"),
    ]
    client = serve(playing(start(*fields), BODY)).connect()
    for _ in range(2):
        response = client.get()
        assert {*response.fields} == {"x-mine", "content-length", "date"}
        assert response.body == b"body"


def test_an_application_may_close_the_connection(serve: Any) -> None:
    client = serve(playing(start((b"connection", b"close")), BODY)).connect()
    client.send(b"GET / HTTP/1.1\r\nHost: e\r\n\r\n")
    assert b"Connection: close" in client.read_until_close()


def test_repeated_fields_stay_apart(serve: Any) -> None:
    fields = [(b"set-cookie", b"a=1"), (b"x-b", b"2"), (b"Set-Cookie", b"c=3")]
    client = serve(playing(start(*fields), BODY)).connect()
    client.send(b"GET / HTTP/1.1\r\nHost: e\r\n\r\n")
    head = client.read_until(b"\r\n\r\n")
    assert head.count(b"Set-Cookie: ") == 2
    assert head.index(b"a=1") < head.index(b"c=3")


def test_fields_may_be_lists(serve: Any) -> None:
    response = serve(playing({**START, "headers": ([b"x-a", b"b"], [b"x-c", b" d "])}, BODY)).get()
    assert (response.fields["x-a"], response.fields["x-c"]) == ("b", "d")


@pytest.mark.parametrize("status", [204, 304])
def test_s16_no_body_where_there_is_none(serve: Any, status: int) -> None:
    message = start((b"content-length", b"4"), status=status)
    client = serve(playing(message, BODY)).connect()
    for _ in range(2):
        client.send(b"GET / HTTP/1.1\r\nHost: e\r\n\r\n")
        head = client.read_until(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 %d " % status)
    assert client.get("/next").body == b"next"


@pytest.mark.parametrize("status", [204, 304])
def test_s16_no_body_in_pieces_where_there_is_none(serve: Any, status: int) -> None:
    client = serve(playing(start(status=status), MORE, MORE, BODY)).connect()
    for _ in range(2):
        client.send(b"GET / HTTP/1.1\r\nHost: e\r\n\r\n")
        assert client.read_until(b"\r\n\r\n").startswith(b"HTTP/1.1 %d " % status)
    assert client.get("/next").body == b"next"


@pytest.mark.parametrize("query", ["", "?wait"])
def test_pipelined_requests_do_not_share_context_variables(serve: Any, query: str) -> None:
    variable = ContextVar("variable", default="unset")

    async def application(scope: Any, receive: Any, send: Any) -> None:
        known = variable.get()
        variable.set("of another request")
        if scope["query_string"]:
            await asyncio.sleep(0.01)
        await send(START)
        await send({**BODY, "body": known.encode()})

    client = serve(ASGIContainer(application, lifespan="off")).connect()
    client.send(f"GET /{query} HTTP/1.1\r\nHost: e\r\n\r\n".encode() * 3)
    assert [client.read_response().body for _ in range(3)] == [b"unset"] * 3


class ClientDisconnect(Exception):
    """What a framework makes of the news that its client is gone."""


def raised(error: Exception, *, handling: Exception, cause: Exception | None = None) -> Exception:
    """Return an error with what was handled when it was raised."""
    try:
        try:
            raise handling
        except Exception:
            raise error from cause
    except Exception as caught:
        if cause is None:
            caught.__suppress_context__ = False
        return caught


def test_only_the_news_that_a_client_is_gone_is_not_logged_as_a_fault():
    gone = ClientLeftError("gone")
    assert is_about_lost_client(gone)
    assert is_about_lost_client(raised(ClientDisconnect(), handling=gone))
    assert is_about_lost_client(raised(RuntimeError(), handling=gone, cause=gone))
    assert is_about_lost_client(ExceptionGroup("all", [gone, ClientLeftError("gone")]))
    assert not is_about_lost_client(raised(KeyError("a fault of cleaning up"), handling=gone))
    assert not is_about_lost_client(ExceptionGroup("one of them", [gone, KeyError("x")]))
    assert not is_about_lost_client(None)
