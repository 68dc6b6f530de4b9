"""Signed cookies of handlers."""

from __future__ import annotations

from collections.abc import Callable
from http.cookies import SimpleCookie
from typing import Any

import pytest

from tornado.web import RequestHandler, create_signed_value

MakeSite = Callable[..., Any]

SECRET = "61oETzKXQAGaYdkL5gEmGeJJFuYh7EQnp2XdTP1o/Vo="


class SignedHandler(RequestHandler):
    def get(self) -> None:
        if not self.get_secure_cookie("mycookie"):
            self.set_secure_cookie("mycookie", "myvalue")
            self.write("Your cookie was not set yet!")
        else:
            self.write("Your cookie was set!")

    def post(self) -> None:
        version = self.get_signed_cookie_key_version("mycookie")
        self.write(f"{self.get_signed_cookie('mycookie')!r} {version}")


def cookie_of(answer: Any) -> str:
    jar = SimpleCookie(answer.headers["Set-Cookie"])
    return "; ".join([f"{name}={morsel.coded_value}" for name, morsel in jar.items()])


def test_a_signed_cookie_comes_back(site: MakeSite) -> None:
    running = site([("/", SignedHandler)], cookie_secret=SECRET)
    answer = running.fetch("/")
    assert answer.text == "Your cookie was not set yet!"
    assert "; expires=" in answer.headers["Set-Cookie"]
    cookie = cookie_of(answer)
    assert running.fetch("/", headers={"Cookie": cookie}).text == "Your cookie was set!"
    assert running.fetch("/", "POST", "", headers={"Cookie": cookie}).text == "b'myvalue' 0"
    forged = cookie.replace("2|", "2|1:0|10:1", 1)
    assert running.fetch("/", "POST", "", headers={"Cookie": forged}).text == "None None"
    assert running.fetch("/", "POST", "").text == "None None"


def test_s18_keys_of_cookies_rotate(site: MakeSite) -> None:
    old = site([("/", SignedHandler)], cookie_secret={1: "one"}, key_version=1)
    cookie = cookie_of(old.fetch("/"))
    both = site([("/", SignedHandler)], cookie_secret={1: "one", 2: "two"}, key_version=2)
    assert both.fetch("/", "POST", "", headers={"Cookie": cookie}).text == "b'myvalue' 1"
    assert "2|1:2|" in both.fetch("/").headers["Set-Cookie"]
    new = site([("/", SignedHandler)], cookie_secret={2: "two"}, key_version=2)
    assert new.fetch("/", "POST", "", headers={"Cookie": cookie}).text == "None 1"


def test_values_are_signed_and_read_without_cookies(site: MakeSite) -> None:
    class Handler(RequestHandler):
        def get(self) -> None:
            signed = self.create_signed_value("a", b"\x00x", version=1)
            self.write(repr(self.get_signed_cookie("a", signed)))
            self.write(repr(self.get_signed_cookie("a", signed, min_version=2)))
            self.write(repr(self.get_signed_cookie("b", signed)))
            self.write(repr(self.get_signed_cookie("a", signed, max_age_days=-1)))

    answer = site([("/", Handler)], cookie_secret=SECRET).fetch("/")
    assert answer.text == r"b'\x00x'NoneNoneNone"


def test_the_old_names_are_the_same_methods() -> None:
    assert RequestHandler.set_secure_cookie is RequestHandler.set_signed_cookie
    assert RequestHandler.get_secure_cookie is RequestHandler.get_signed_cookie
    assert (
        RequestHandler.get_secure_cookie_key_version is RequestHandler.get_signed_cookie_key_version
    )


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({}, "set the 'cookie_secret' setting of the application to use signed cookies"),
        ({"cookie_secret": {1: "a"}}, "the setting key_version has to say which key signs"),
    ],
)
def test_missing_settings_are_named(site: MakeSite, settings: dict[str, Any], message: str) -> None:
    raised = []

    class Handler(RequestHandler):
        def get(self) -> None:
            try:
                self.set_signed_cookie("a", "b")
            except Exception as error:
                raised.append(str(error))

    site([("/", Handler)], **settings).fetch("/")
    assert message in raised[0]


def test_attributes_go_to_the_cookie(site: MakeSite) -> None:
    class Handler(RequestHandler):
        def get(self) -> None:
            self.set_signed_cookie("__Host-a", "b", None, secure=True, httponly=True)

    line = site([("/", Handler)], cookie_secret=SECRET).fetch("/").headers["Set-Cookie"]
    assert line.endswith("; HttpOnly; Path=/; Secure")
    assert "expires" not in line
    assert create_signed_value(SECRET, "x", "y").decode().startswith("2|1:0|")
