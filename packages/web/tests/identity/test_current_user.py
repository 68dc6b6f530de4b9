"""The current user, and pages for signed-in users only."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, unquote

import pytest

from tornado.gen import coroutine
from tornado.web import HTTPError, RequestHandler, authenticated

MakeSite = Callable[..., Any]


class Base(RequestHandler):
    def get_current_user(self) -> Any:
        return self.get_argument("user", None)


class Private(Base):
    @authenticated
    def get(self, *args: str) -> None:
        """Show it."""
        self.write(f"{self.current_user} {args}")

    head = post = get


class Login(Base):
    def get(self) -> None:
        self.redirect(self.get_next_url("/home"))


def test_nobody_is_signed_in_at_first(site: MakeSite) -> None:
    class Handler(RequestHandler):
        def get(self) -> None:
            self.write(repr(self.current_user))

    assert site([("/", Handler)]).fetch("/").text == "None"


def test_the_user_is_asked_for_once_and_can_be_assigned(site: MakeSite) -> None:
    calls = []

    class Handler(RequestHandler):
        def get_current_user(self) -> str:
            calls.append(self)
            return "ann"

        def get(self) -> None:
            self.write(f"{self.current_user} {self.current_user} ")
            self.current_user = "bob"
            self.write(self.current_user)

    assert site([("/", Handler)]).fetch("/").text == "ann ann bob"
    assert len(calls) == 1


def test_an_async_user_is_awaited_before_prepare(site: MakeSite) -> None:
    class Mixin:
        async def get_current_user(self) -> str:
            await asyncio.sleep(0.001)
            return "ann"

    class Handler(Mixin, RequestHandler):
        def prepare(self) -> None:
            self.write(f"prepare {self.current_user} ")

        @authenticated
        def get(self) -> None:
            self.write(f"get {self.current_user}")

    class Refusing(RequestHandler):
        async def get_current_user(self) -> str:
            raise HTTPError(401)

        def get(self) -> None:
            self.write("not here")

    class Classic(RequestHandler):
        @coroutine
        def get_current_user(self) -> Any:
            yield asyncio.sleep(0)
            return "classic"

        def get(self) -> None:
            self.write(self.current_user)

    running = site([("/", Handler), ("/refused", Refusing), ("/classic", Classic)])
    assert running.fetch("/").text == "prepare ann get ann"
    assert running.fetch("/refused").status == 401
    assert running.fetch("/classic").text == "classic"


def test_a_user_that_has_to_be_awaited_is_an_error(site: MakeSite) -> None:
    raised = []

    class Handler(RequestHandler):
        def get_current_user(self) -> Any:
            return asyncio.sleep(0)

        def get(self) -> None:
            try:
                self.write(self.current_user)
            except RuntimeError as error:
                raised.append(str(error))

    site([("/", Handler)]).fetch("/")
    assert raised[0].startswith("get_current_user() of Handler returned something to await: define")


@pytest.mark.parametrize(
    ("login_url", "path", "location"),
    [
        ("/login", "/a?b=c&d=%C3%A9", "/login?next=%2Fa%3Fb%3Dc%26d%3D%25C3%25A9"),
        ("/login", "/", "/login?next=%2F"),
        ("/login?x=1", "/a", "/login?x=1"),
        ("//id.example.com/", "/a", "//id.example.com/?next=%2Fa"),
        (
            "https://id.example.com/l",
            "/a?b",
            "https://id.example.com/l?next=http%3A%2F%2Fh%2Fa%3Fb",
        ),
    ],
)
def test_users_who_are_not_signed_in_are_sent_to_the_login_url(
    site: MakeSite, login_url: str, path: str, location: str
) -> None:
    running = site([("/(.*)", Private)], login_url=login_url)
    answer = running.fetch(path, headers={"Host": "h"})
    assert (answer.status, answer.headers["Location"]) == (302, location)
    assert running.fetch(path, "HEAD").status == 302
    assert running.fetch(path, "POST", "").status == 403


def test_a_login_url_can_be_computed(site: MakeSite) -> None:
    class Handler(Private):
        def get_login_url(self) -> str:
            return f"/login/{self.request.host_name}"

    answer = site([("/", Handler)]).fetch("/", headers={"Host": "H:80"})
    assert answer.headers["Location"] == "/login/h?next=%2F"


def test_users_who_are_signed_in_are_let_through(site: MakeSite) -> None:
    running = site([("/(.*)", Private)], login_url="/login")
    assert running.fetch("/a?user=ann").text == "ann ('a',)"
    assert running.fetch("/a?user=ann", "POST", "").status == 200
    assert Private.get.__name__ == "get"
    assert Private.get.__doc__ == "Show it."


def test_a_missing_login_url_is_named(site: MakeSite, caplog: pytest.LogCaptureFixture) -> None:
    assert site([("/", Private)]).fetch("/").status == 500
    assert "set the 'login_url' setting of the application to use @tornado" in caplog.text


@pytest.mark.parametrize(
    "path", ["//evil.com/x", "/%5Cevil.com", "///evil.com", "http://evil.com/"]
)
def test_s15_the_next_page_is_one_of_ours(site: MakeSite, path: str) -> None:
    running = site([("(.*)", Private)], login_url="/login")
    location = running.fetch(path).headers["Location"]
    wanted = unquote(location.removeprefix("/login?next="))
    assert wanted.startswith("/")
    assert not wanted.startswith(("//", "/\\"))


@pytest.mark.parametrize(
    "wanted",
    ["/", "/a?b=c#d", "/a//b", "/%09/evil.com", "/%2f%2fevil.com", "http://h/a", "HTTP://H/a?b"],
)
def test_the_login_page_sends_users_back(site: MakeSite, wanted: str) -> None:
    running = site([("/", Login)])
    answer = running.fetch(f"/?next={quote(wanted)}", headers={"Host": "h"})
    assert answer.headers["Location"] == wanted


@pytest.mark.parametrize(
    "wanted",
    [
        "",
        "//evil.com",
        "///evil.com",
        "/\\evil.com",
        "\\\\evil.com",
        "/\t/evil.com",
        "/\n/evil.com",
        "\x00//evil.com",
        "http://evil.com",
        "http:evil.com",
        "http:/evil.com",
        "http:\\\\evil.com",
        "http://h@evil.com/",
        "http://h:80@evil.com/",
        "http://h\\@evil.com/",
        "http://h\\.evil.com/",
        "http://h.evil.com/",
        "https://h/",
        "http://[h",
        "javascript:alert(1)",
        "data:text/html,x",
        "evil.com",
        "/a\r\nSet-Cookie: x=y",
    ],
)
def test_s15_the_login_page_sends_nobody_away(site: MakeSite, wanted: str) -> None:
    running = site([("/", Login)])
    answer = running.fetch(f"/?next={quote(wanted)}", headers={"Host": "h"})
    assert answer.status == 302
    location = answer.headers["Location"]
    assert location == "/home"
