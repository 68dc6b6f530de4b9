"""Middleware, and the context of requests."""

from __future__ import annotations

import asyncio
import logging
import socket
import time
from collections.abc import Callable
from typing import Any

import pytest

from tornado.web import (
    CORSMiddleware,
    HTTPError,
    RequestHandler,
    RequestIdMiddleware,
    RequestLogFilter,
    TimingMiddleware,
    current_handler,
    current_request,
    stream_request_body,
)

MakeSite = Callable[..., Any]


class Hello(RequestHandler):
    def get(self) -> None:
        self.write("hello")


def test_middleware_runs_around_the_handler_in_order(site: MakeSite) -> None:
    calls: list[str] = []

    def noting(name: str) -> Any:
        async def middleware(handler: RequestHandler, proceed: Any) -> None:
            calls.append(f"{name} before")
            await asyncio.sleep(0)
            await proceed()
            calls.append(f"{name} after")
            handler.set_header(f"X-{name}", "yes")

        return middleware

    class Handler(RequestHandler):
        def prepare(self) -> None:
            calls.append("prepare")

        async def get(self) -> None:
            calls.append("get")

    answer = site([("/", Handler)], middleware=[noting("A"), noting("B")]).fetch("/")
    assert calls == ["A before", "B before", "prepare", "get", "B after", "A after"]
    assert answer.headers["X-A"] == answer.headers["X-B"] == "yes"


def test_middleware_may_answer_by_itself(site: MakeSite) -> None:
    async def closed(handler: RequestHandler, proceed: Any) -> None:
        if handler.get_argument("key", "") == "right":
            await proceed()
        elif handler.get_argument("key", "") == "finish":
            handler.finish("finished")
            await proceed()
        else:
            raise HTTPError(403)

    running = site([("/", Hello)], middleware=[closed])
    assert running.fetch("/").status == 403
    assert running.fetch("/?key=right").body == b"hello"
    assert running.fetch("/?key=finish").body == b"finished"


def test_middleware_sees_the_exceptions_of_handlers(site: MakeSite) -> None:
    class Broken(RequestHandler):
        async def get(self) -> None:
            raise KeyError("missing")

    async def translating(handler: RequestHandler, proceed: Any) -> None:
        try:
            await proceed()
        except KeyError as error:
            raise HTTPError(404) from error

    assert site([("/", Broken)], middleware=[translating]).fetch("/").status == 404


def test_middleware_goes_with_streamed_bodies(site: MakeSite) -> None:
    @stream_request_body
    class Upload(RequestHandler):
        size = 0

        def data_received(self, chunk: bytes) -> None:
            self.size += len(chunk)

        def post(self) -> None:
            self.write(str(self.size))

    running = site([("/", Upload)], middleware=[RequestIdMiddleware()])
    answer = running.fetch("/", "POST", b"x" * 100_000)
    assert answer.body == b"100000"
    assert answer.headers["X-Request-Id"]


@pytest.mark.parametrize("path", ["/", "/error", "/redirect", "/flush", "/nothing"])
def test_request_ids_are_in_every_answer_and_in_the_log(site: MakeSite, path: str) -> None:
    class Case(RequestHandler):
        async def get(self, case: str) -> None:
            logging.getLogger("program").warning("within")
            await asyncio.sleep(0)
            if case == "error":
                raise HTTPError(500)
            if case == "redirect":
                self.redirect("/")
            elif case == "flush":
                self.write("x")
                await self.flush()

    records: list[logging.LogRecord] = []
    collecting = logging.Handler()
    collecting.emit = records.append  # type: ignore[method-assign]  # all of it that is needed
    collecting.addFilter(RequestLogFilter())
    logger = logging.getLogger("program")
    logger.addHandler(collecting)
    try:
        running = site(
            [("/(error|redirect|flush|)", Case)], middleware=[RequestIdMiddleware(trust=True)]
        )
        answer = running.fetch(path, headers={"X-Request-Id": "abc-1"})
        logger.warning("outside")
    finally:
        logger.removeHandler(collecting)
    assert answer.headers["X-Request-Id"] == "abc-1"
    values: list[Any] = [(each.request_id, each.request, each.remote_ip) for each in records]  # type: ignore[attr-defined]  # the filter's
    assert values[-1] == ("-", "-", "-")
    assert values[:-1] == [("abc-1", f"GET {path} (127.0.0.1)", "127.0.0.1")] * (len(values) - 1)


@pytest.mark.parametrize("sent", ["a b", "x" * 200, "", "a%0db", 'a"b'])
def test_malformed_ids_of_clients_are_replaced(site: MakeSite, sent: str) -> None:
    running = site([("/", Hello)], middleware=[RequestIdMiddleware("X-Trace", trust=True)])
    given = running.fetch("/", headers={"X-Trace": sent}).headers["X-Trace"]
    assert given != sent
    assert len(given) == 16
    untrusted = site([("/", Hello)], middleware=[RequestIdMiddleware()])
    assert untrusted.fetch("/", headers={"X-Request-Id": "abc"}).headers["X-Request-Id"] != "abc"


def test_timing_is_shown_and_observed(site: MakeSite) -> None:
    class Slow(RequestHandler):
        async def get(self) -> None:
            await asyncio.sleep(0.02)

    seen: list[tuple[str, float]] = []
    timing = TimingMiddleware(lambda handler, seconds: seen.append((handler.request.path, seconds)))
    field = site([("/", Slow)], middleware=[timing]).fetch("/").headers["Server-Timing"]
    assert field.startswith("app;dur=")
    assert 15 < float(field.partition("=")[2]) < 5000
    assert seen[0][0] == "/"
    assert seen[0][1] >= 0.015
    quiet = site([("/", Slow)], middleware=[TimingMiddleware(header=False)])
    assert quiet.fetch("/").headers["Server-Timing"] is None


@pytest.mark.parametrize(
    ("origins", "origin", "allowed"),
    [
        (["https://a.example"], "https://a.example", "https://a.example"),
        (["https://a.example"], "HTTPS://A.example", "HTTPS://A.example"),
        (["https://a.example"], "https://a.example.evil", None),
        (["https://a.example"], "http://a.example", None),
        (["https://a.example"], "null", None),
        (["https://a.example"], None, None),
        ("*", "https://anything.example", "*"),
    ],
)
@pytest.mark.parametrize("path", ["/", "/nothing"])
def test_cors_lets_listed_origins_read(
    site: MakeSite, origins: Any, origin: str | None, allowed: str | None, path: str
) -> None:
    running = site([("/", Hello)], middleware=[CORSMiddleware(origins, expose=["X-Own"])])
    answer = running.fetch(path, headers={"Origin": origin} if origin else {})
    assert answer.headers["Access-Control-Allow-Origin"] == allowed
    assert answer.headers["Access-Control-Expose-Headers"] == ("X-Own" if allowed else None)
    assert answer.headers["Vary"] == (None if origins == "*" else "Origin")
    assert answer.headers["Access-Control-Allow-Credentials"] is None


def test_cors_answers_preflight_requests(site: MakeSite) -> None:
    class Api(RequestHandler):
        def get(self) -> None:
            self.write("x")

        def put(self) -> None:
            self.write("x")

        def options(self) -> None:
            self.write("own")

    cors = CORSMiddleware(["https://a.example"], headers=["X-Token"], credentials=True, max_age=5)
    running = site([("/", Api)], middleware=[cors])
    preflight = {"Access-Control-Request-Method": "PUT"}
    answer = running.fetch("/", "OPTIONS", headers={"Origin": "https://a.example", **preflight})
    assert (answer.status, answer.body) == (204, b"")
    assert answer.headers["Access-Control-Allow-Methods"] == "GET, PUT, OPTIONS"
    assert answer.headers["Access-Control-Allow-Headers"] == "X-Token"
    assert answer.headers["Access-Control-Allow-Credentials"] == "true"
    assert answer.headers["Access-Control-Max-Age"] == "5"
    other = running.fetch("/", "OPTIONS", headers={"Origin": "https://b.example", **preflight})
    assert other.headers["Access-Control-Allow-Methods"] is None
    assert running.fetch("/", "OPTIONS").body == b"own"


def test_cors_refuses_what_would_open_the_site() -> None:
    with pytest.raises(ValueError, match="credentials for all origins"):
        CORSMiddleware("*", credentials=True)
    with pytest.raises(ValueError, match="bad name"):
        CORSMiddleware("https://a.example", headers=["X Y"])


def test_the_current_request_is_known_everywhere(site: MakeSite) -> None:
    def name() -> str:
        request = current_request()
        return "none" if request is None else request.path

    class Handler(RequestHandler):
        async def get(self) -> None:
            names = [name(), await asyncio.to_thread(name)]
            later = asyncio.get_running_loop().create_future()
            asyncio.get_running_loop().call_soon(lambda: later.set_result(name()))
            names.append(await later)
            self.write({"names": names, "own": current_handler() is self})

    running = site(
        [("/(.)", type("Numbered", (Handler,), {"get": lambda self, _: Handler.get(self)}))]
    )
    assert running.fetch("/a").text == '{"names": ["/a", "/a", "/a"], "own": true}'
    assert running.fetch("/b").text == '{"names": ["/b", "/b", "/b"], "own": true}'
    assert current_handler() is None
    assert current_request() is None


@pytest.mark.parametrize("cancels", [True, False])
def test_a_handler_is_cancelled_when_its_client_leaves(
    site: MakeSite, caplog: pytest.LogCaptureFixture, cancels: bool
) -> None:
    events: list[str] = []

    class Waiting(RequestHandler):
        async def get(self) -> None:
            events.append("begin")
            try:
                await asyncio.sleep(0.3)
                events.append("end")
            except asyncio.CancelledError:
                events.append("cancelled")
                raise

        def on_connection_close(self) -> None:
            events.append("told")

    logged: list[int] = []
    running = site(
        [("/", Waiting)],
        cancel_on_disconnect=cancels,
        log_function=lambda handler: logged.append(handler.get_status()),
    )
    client = socket.create_connection(("127.0.0.1", running.port))
    client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    deadline = time.monotonic() + 5
    while not events and time.monotonic() < deadline:
        time.sleep(0.01)
    client.close()
    while len(events) < 3 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert events == ["begin", "told", "cancelled" if cancels else "end"]
    assert running.fetch("/nothing").status == 404
    assert logged == [200, 404]
    assert [record for record in caplog.records if record.name != "tornado.access"] == []
