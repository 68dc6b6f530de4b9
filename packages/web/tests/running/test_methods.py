"""The methods that a handler defines, and those that it does not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tornado.web import RequestHandler

MakeSite = Callable[..., Any]


class Handler(RequestHandler):
    def get(self, *args: str) -> None:
        self.set_header("X-Own", "yes")
        self.write("hello")

    def put(self) -> None:
        self.write("put")


@pytest.mark.parametrize(
    ("settings", "allow"),
    [
        ({}, "GET, PUT"),
        ({"automatic_head": True}, "GET, HEAD, PUT"),
        ({"automatic_options": True}, "GET, PUT, OPTIONS"),
        ({"automatic_head": True, "automatic_options": True}, "GET, HEAD, PUT, OPTIONS"),
    ],
)
def test_405_names_the_methods(site: MakeSite, settings: dict[str, Any], allow: str) -> None:
    running = site([("/", Handler)], **settings)
    for method in ("POST", "BREW"):
        answer = running.fetch("/", method)
        assert (answer.status, answer.headers["Allow"]) == (405, allow)
    assert running.fetch("/").headers["Allow"] is None


def test_a_handler_without_methods_allows_none(site: MakeSite) -> None:
    answer = site([("/", RequestHandler)], automatic_head=True).fetch("/")
    assert (answer.status, answer.headers["Allow"]) == (405, "")


def test_more_methods_may_be_supported(site: MakeSite) -> None:
    class WebDav(RequestHandler):
        SUPPORTED_METHODS = (*RequestHandler.SUPPORTED_METHODS, "PROPFIND")

        def propfind(self) -> None:
            self.write("found")

    running = site([("/", WebDav)])
    assert running.fetch("/", "PROPFIND").body == b"found"
    assert running.fetch("/", "GET").headers["Allow"] == "PROPFIND"


def test_prepare_may_choose_another_method(site: MakeSite) -> None:
    class Handler(RequestHandler):
        def prepare(self) -> None:
            self.request.method = self.get_argument("_method", self.request.method)

        def post(self) -> None:
            self.write("post")

        def delete(self) -> None:
            self.write("delete")

    running = site([("/", Handler)])
    assert running.fetch("/", "POST", b"").text == "post"
    for chosen in ("DELETE", "delete"):
        assert running.fetch(f"/?_method={chosen}", "POST", b"").text == "delete"
    for bad in ("finish", "FINISH", "clear_all_cookies", "PUT"):
        assert running.fetch(f"/?_method={bad}", "POST", b"").status == 405


def test_head_is_answered_by_get_where_that_is_set(site: MakeSite) -> None:
    assert site([("/(.)", Handler)]).fetch("/a", "HEAD").status == 405
    answer = site([("/(.)", Handler)], automatic_head=True).fetch("/a", "HEAD")
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["Content-Length"] == "5"
    assert answer.headers["X-Own"] == "yes"


def test_options_is_answered_where_that_is_set(site: MakeSite) -> None:
    assert site([("/", Handler)]).fetch("/", "OPTIONS").status == 405
    answer = site([("/", Handler)], automatic_options=True).fetch("/", "OPTIONS")
    assert (answer.status, answer.headers["Allow"]) == (204, "GET, PUT, OPTIONS")

    class Own(Handler):
        def options(self) -> None:
            self.write("own")

    assert site([("/", Own)], automatic_options=True).fetch("/", "OPTIONS").body == b"own"
