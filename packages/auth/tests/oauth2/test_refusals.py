"""What a program or a link may not ask for."""

from __future__ import annotations

import asyncio
import json
import urllib.parse
from types import SimpleNamespace

import pytest

from tornado.auth import AuthError, OAuth2Provider
from tornado.auth._oauth2._authorization import Authorization, Wanted
from tornado.auth._oauth2._exchange import check_same_code
from tornado.auth._oauth2._provider import Client
from tornado.httputil import HTTPHeaders

PROVIDER = OAuth2Provider(
    name="p",
    authorize_url="https://p.example/a",
    token_url="https://p.example/t",
    par_url="https://p.example/par",
)


def authorization(**extra_params):
    request = SimpleNamespace(full_url=lambda: "https://site.example/login")
    wanted = Wanted(redirect_uri="/login", extra_params=extra_params)
    return Authorization(SimpleNamespace(request=request), PROVIDER, Client("us"), wanted)


@pytest.mark.expected_errors("Uncaught exception GET /login")
def test_s15_a_sign_in_that_would_end_on_another_site_does_not_begin(signing_in, browser):
    for address in ("//h", "/\\h", "https://h/", "/\t/h"):
        query = urllib.parse.urlencode({"next": address})
        assert browser.open(f"{signing_in.login}?{query}").status == 500
    assert browser.cookie("tornado_signin_") == []


def test_s19_another_code_than_that_of_the_answer_is_refused():
    check_same_code("abc", "abc")
    check_same_code(None, "abc")
    for code in ("", "ab", "abcd", "\u2603"):
        with pytest.raises(AuthError, match="not the one of the answer"):
            check_same_code(code, "abc")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("redirect_uri", "http://evil.example/"),
        ("redirect_uri", None),
        ("client_id", "another"),
        ("response_type", "token"),
    ],
)
def test_s19_extra_params_do_not_replace_what_was_checked(name, value):
    with pytest.raises(AuthError, match=f"extra_params must not have {name}"):
        authorization(**{name: value})


def test_extra_params_may_repeat_an_argument():
    asked = authorization(response_type="code", client_id="us", prompt="consent").parameters
    assert asked == {
        "response_type": "code",
        "redirect_uri": "https://site.example/login",
        "client_id": "us",
        "prompt": "consent",
    }


@pytest.mark.parametrize("request_uri", ["urn:\ud800", "urn:\u00e9", "urn:\n", "", 1, None])
def test_a_reference_that_no_url_can_carry_is_refused(request_uri):
    class Answering:
        async def fetch(self, request, raise_error):
            headers = HTTPHeaders({"Content-Type": "application/json"})
            body = json.dumps({"request_uri": request_uri}).encode()
            return SimpleNamespace(code=201, headers=headers, body=body)

    with pytest.raises(AuthError, match="has no request_uri"):
        asyncio.run(authorization().push(Answering()))
