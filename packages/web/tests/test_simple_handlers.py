"""The ready-made handlers, with other arguments and as base classes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tornado.httputil import HTTPHeaders, HTTPServerRequest, ResponseStartLine
from tornado.web import (
    Application,
    ErrorHandler,
    FallbackHandler,
    RedirectHandler,
    RequestHandler,
)

MakeSite = Callable[..., Any]


# ErrorHandler


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
@pytest.mark.parametrize("protection", ["xsrf_cookies", "cross_origin_protection"])
def test_the_error_handler_answers_everybody_alike(
    site: MakeSite, method: str, protection: str
) -> None:
    running = site([("/", ErrorHandler, {"status_code": 418})], **{protection: True})
    headers = {"Sec-Fetch-Site": "cross-site", "Origin": "http://other.example"}
    assert running.fetch("/", method, b"", headers).status == 418


def test_the_status_of_an_error_handler_is_set_from_the_start(site: MakeSite) -> None:
    class Gone(ErrorHandler):
        def prepare(self) -> None:
            self.finish(f"status {self.get_status()}")

    answer = site([("/", Gone, {"status_code": 410})]).fetch("/")
    assert (answer.status, answer.reason, answer.text) == (410, "Gone", "status 410")


def test_a_subclass_of_the_error_handler_takes_more_arguments(site: MakeSite) -> None:
    class Legal(ErrorHandler):
        def initialize(self, status_code: int, law: str) -> None:
            super().initialize(status_code)
            self.law = law

        def write_error(self, status_code: int, **kwargs: Any) -> None:
            self.finish(f"{status_code} by {self.law}")

    answer = site([("/", Legal, {"status_code": 451, "law": "law 7"})]).fetch("/")
    assert (answer.status, answer.text) == (451, "451 by law 7")


@pytest.mark.parametrize(
    ("handler", "argument"),
    [(ErrorHandler, "status_code"), (FallbackHandler, "fallback"), (RedirectHandler, "url")],
)
def test_a_route_without_its_argument_is_an_error(
    site: MakeSite, caplog: pytest.LogCaptureFixture, handler: Any, argument: str
) -> None:
    assert site([("/", handler)]).fetch("/").status == 500
    assert f"required positional argument: '{argument}'" in caplog.text


# RedirectHandler


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        ({}, 301),
        ({"permanent": True}, 301),
        ({"permanent": False}, 302),
    ],
)
def test_a_redirect_is_permanent_or_not(
    site: MakeSite, arguments: dict[str, Any], status: int
) -> None:
    running = site([("/a", RedirectHandler, {"url": "/b", **arguments})])
    answer = running.fetch("/a")
    assert (answer.status, answer.headers["Location"]) == (status, "/b")
    assert running.fetch("/a", "POST", b"").status == 405


def test_a_subclass_of_the_redirect_handler_makes_its_url(site: MakeSite) -> None:
    class Moved(RedirectHandler):
        def initialize(self, to: str, permanent: bool = False) -> None:
            super().initialize(f"/moved/{to}/{{0}}", permanent)

    running = site([("/old/(.*)", Moved, {"to": "here"})])
    answer = running.fetch("/old/page?q=1")
    assert (answer.status, answer.headers["Location"]) == (302, "/moved/here/page?q=1")


@pytest.mark.parametrize(
    ("url", "location"),
    [
        ("/b#part", "/b?x=1#part"),
        ("/b?a=1", "/b?a=1&x=1"),
        ("http://other.example/b", "http://other.example/b?x=1"),
    ],
)
def test_the_query_is_joined_with_the_url(site: MakeSite, url: str, location: str) -> None:
    answer = site([("/a", RedirectHandler, {"url": url})]).fetch("/a?x=1")
    assert answer.headers["Location"] == location


# FallbackHandler


def fallback(request: HTTPServerRequest) -> None:
    body = b" ".join([request.path.encode(), request.body])
    connection: Any = request.connection
    connection.write_headers(
        ResponseStartLine("HTTP/1.1", 203, "Fallen"),
        HTTPHeaders({"Content-Length": str(len(body))}),
        body,
    )
    connection.finish()


@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
def test_a_fallback_accepts_every_method(site: MakeSite, method: str) -> None:
    running = site([("/.*", FallbackHandler, {"fallback": fallback})])
    answer = running.fetch("/x", method, b"body")
    assert (answer.status, answer.reason, answer.text) == (203, "Fallen", "/x body")


def test_an_application_is_a_fallback_for_another(site: MakeSite) -> None:
    class Inner(RequestHandler):
        def get(self) -> None:
            self.write("inner")

        def post(self) -> None:
            self.write(b"inner " + self.request.body)

    inner = Application([("/x", Inner)])
    running = site([("/.*", FallbackHandler, {"fallback": inner})])
    assert running.fetch("/x").text == "inner"
    assert running.fetch("/x", "POST", b"body").text == "inner body"
    assert running.fetch("/y").status == 404


def test_a_subclass_of_the_fallback_handler_answers_some_requests_itself(site: MakeSite) -> None:
    ended: list[str] = []

    class Some(FallbackHandler):
        def initialize(self, fallback: Any, own: str) -> None:
            super().initialize(fallback)
            self.own = own

        def prepare(self) -> None:
            if self.request.path == self.own:
                self.finish("own")
            else:
                super().prepare()

        def on_finish(self) -> None:
            ended.append(self.request.path)

    running = site([("/.*", Some, {"fallback": fallback, "own": "/own"})])
    assert running.fetch("/own").text == "own"
    assert running.fetch("/x").text == "/x "
    assert ended == ["/own", "/x"]


def test_a_fallback_writes_its_own_access_log(site: MakeSite) -> None:
    logged: list[str] = []
    running = site(
        [("/", FallbackHandler, {"fallback": fallback})],
        log_function=lambda handler: logged.append(handler.request.path),
    )
    assert running.fetch("/").status == 203
    assert running.fetch("/nothing").status == 404
    assert logged == ["/nothing"]


@pytest.mark.expected_errors("Uncaught exception")
def test_a_fallback_that_fails_is_answered_with_an_error(site: MakeSite) -> None:
    def broken(request: HTTPServerRequest) -> None:
        raise ValueError("broken")

    assert site([("/", FallbackHandler, {"fallback": broken})]).fetch("/").status == 500


def test_forged_requests_do_not_reach_a_fallback(site: MakeSite) -> None:
    running = site([("/", FallbackHandler, {"fallback": fallback})], xsrf_cookies=True)
    assert running.fetch("/", "POST", b"").status == 403


def test_an_error_handler_requires_no_token_and_no_origin(site: MakeSite) -> None:
    checks: list[str] = []

    class Refused(ErrorHandler):
        def check_xsrf_cookie(self) -> None:
            checks.append("token")
            super().check_xsrf_cookie()

        def check_trusted_origin(self, origin: str) -> bool:
            checks.append(origin)
            return super().check_trusted_origin(origin)

    running = site(
        [("/", Refused, {"status_code": 410})], xsrf_cookies=True, cross_origin_protection=True
    )
    answer = running.fetch("/", "POST", b"", {"Origin": "http://elsewhere"})
    assert answer.status == 410
    assert "http://elsewhere" in checks


def test_a_redirect_can_be_decided_by_a_subclass(site: MakeSite) -> None:
    class Dated(RedirectHandler):
        def get(self, *args: str, **kwargs: str) -> None:
            self.set_header("X-Moved", "2026")
            super().get(*args, **kwargs)

    answer = site([("/old/(.*)", Dated, {"url": "/new/{0}"})]).fetch("/old/a?b=c")
    assert (answer.status, answer.headers["Location"]) == (301, "/new/a?b=c")
    assert answer.headers["X-Moved"] == "2026"
