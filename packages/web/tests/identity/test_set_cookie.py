"""Set-Cookie lines: what is sent, and what is refused."""

from __future__ import annotations

import datetime
from http.cookies import CookieError, SimpleCookie
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tornado.httputil import parse_cookie
from tornado.web._identity._set_cookie import set_cookie_line


@pytest.mark.parametrize(
    ("attributes", "sent"),
    [
        ({}, ""),
        ({"path": "/"}, "; Path=/"),
        ({"path": None, "domain": ""}, ""),
        ({"domain": "example.com", "path": "/a b"}, "; Domain=example.com; Path=/a b"),
        (
            {"expires": datetime.datetime(2030, 1, 1, tzinfo=datetime.UTC)},
            "; expires=Tue, 01 Jan 2030 00:00:00 GMT",
        ),
        ({"expires": 1_900_000_000}, "; expires=Sun, 17 Mar 2030 17:46:40 GMT"),
        ({"max_age": 0}, "; Max-Age=0"),
        ({"Max-Age": "60"}, "; Max-Age=60"),
        ({"HttpOnly": True, "SECURE": 1, "SameSite": "Lax"}, "; HttpOnly; SameSite=Lax; Secure"),
        ({"httponly": False, "secure": None, "partitioned": 0}, ""),
        ({"partitioned": True, "secure": True}, "; Partitioned; Secure"),
        ({"comment": "a", "version": 1}, "; Comment=a; Version=1"),
    ],
)
def test_attributes_are_sent_in_one_order(attributes: dict[str, Any], sent: str) -> None:
    assert set_cookie_line("n", "v", attributes) == f"n=v{sent}"


@pytest.mark.parametrize(
    ("value", "sent"),
    [
        ("v", "v"),
        ("", '""'),
        ("a=b", '"a=b"'),
        ("a;b", r'"a\073b"'),
        ("a,b", r'"a\054b"'),
        ('a"b\\', r'"a\"b\\"'),
        ("é", r'"\351"'),
        ("2|1:0", "2|1:0"),
    ],
)
def test_values_are_quoted_where_they_need_it(value: str, sent: str) -> None:
    line = set_cookie_line("n", value, {"path": "/"})
    assert line == f"n={sent}; Path=/"
    assert SimpleCookie(line)["n"].value == value


@given(st.text(st.characters(min_codepoint=0x21, max_codepoint=0xFF, exclude_categories=["Cc"])))
def test_every_value_that_is_accepted_is_read_again_and_adds_no_attribute(value: str) -> None:
    line = set_cookie_line("n", value, {})
    assert parse_cookie(line) == {"n": value}


@pytest.mark.parametrize(
    "name",
    ["", "a b", "a=b", "a;b", "a\r\n", "a\x00", "é", "n(", "path", "Secure", "Max-Age", "a\x7f"],
)
def test_s14_bad_cookie_names_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="Invalid cookie attribute name"):
        set_cookie_line(name, "v", {})


@pytest.mark.parametrize("value", ["a b", "a\nb", "a\r", "\x00", "\t", "\x7f", "€", "\x85"])
def test_s14_values_with_controls_and_spaces_are_refused(value: str) -> None:
    with pytest.raises(ValueError, match="bad value of cookie 'n'"):
        set_cookie_line("n", value, {})


@pytest.mark.parametrize("bad", ["a;b", "a\r\nb", "a\nb", "\x00", "\x7f", "é"])
@pytest.mark.parametrize(
    "attribute", ["domain", "path", "samesite", "comment", "version", "Domain", "PATH", "SameSite"]
)
def test_s14_attributes_are_checked_in_any_letter_case(attribute: str, bad: str) -> None:
    with pytest.raises(ValueError, match="control character, ';' or non-ASCII"):
        set_cookie_line("n", "v", {attribute: bad})


@pytest.mark.parametrize("attribute", ["max_age", "Max-Age", "expires", "Expires"])
@pytest.mark.parametrize("bad", ["5; Domain=x", "a\r\nb"])
def test_s14_times_are_times(attribute: str, bad: str) -> None:
    with pytest.raises((ValueError, TypeError)):
        set_cookie_line("n", "v", {attribute: bad})


@pytest.mark.parametrize("attribute", ["bogus", "same site", "path;"])
def test_unknown_attributes_are_refused(attribute: str) -> None:
    with pytest.raises(CookieError, match="cannot have the attribute"):
        set_cookie_line("n", "v", {attribute: "x"})


def test_same_site_is_one_of_three() -> None:
    with pytest.raises(ValueError, match="Strict, Lax or None, not 'Loose'"):
        set_cookie_line("n", "v", {"samesite": "Loose"})


@pytest.mark.parametrize(
    ("name", "attributes"),
    [
        ("__Secure-a", {"path": "/"}),
        ("__secure-a", {"path": "/"}),
        ("__Host-a", {"path": "/"}),
        ("__Host-a", {"path": "/x", "secure": True}),
        ("__Host-a", {"secure": True}),
        ("__HOST-a", {"path": "/", "secure": True, "domain": "x.com"}),
        ("a", {"partitioned": True}),
    ],
)
def test_s18_prefixes_require_their_attributes(name: str, attributes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="needs"):
        set_cookie_line(name, "v", attributes)


def test_prefixes_with_the_required_attributes_are_sent() -> None:
    line = set_cookie_line("__Host-a", "v", {"path": "/", "secure": True})
    assert line == "__Host-a=v; Path=/; Secure"
    assert set_cookie_line("__Secure-a", "v", {"secure": True}) == "__Secure-a=v; Secure"
