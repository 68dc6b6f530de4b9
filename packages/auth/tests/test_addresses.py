"""Addresses: those of protocols are https, those of ``next`` stay on this site."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tornado.auth import AuthError
from tornado.auth._addresses import check_address, is_loopback, local_address, without_query

REQUEST = SimpleNamespace(protocol="https", host="www.example.com")


@pytest.mark.parametrize(
    "url",
    [
        "https://login.example.com",
        "https://login.example.com:8443/a?b=c",
        "http://127.0.0.1:8888/callback",
        "http://localhost/callback",
        "http://[::1]:1/callback",
    ],
)
def test_https_and_loopback_are_addresses_of_protocols(url):
    assert check_address(url, "x") == url


@pytest.mark.parametrize(
    "url",
    [
        "http://login.example.com/",
        "http://127.0.0.1.example.com/",
        "http://localhost.example.com/",
        "http://0.0.0.0/",
        "http://10.0.0.1/",
        "ftp://login.example.com/",
        "javascript:alert(1)",
        "//login.example.com/",
        "/callback",
        "https:/login.example.com",
        "https://",
        "https://user@login.example.com/",
        "https://a:b@127.0.0.1/",
        "https://login.example.com/#",
        "https://login.example.com/#fragment",
        "https://login.example.com/\r\nX: y",
        "https://login.example.com/ b",
        "https:\\\\login.example.com",
        "https://login.example.com:x/",
        "https://login.example.com:99999/",
        "https://[::1/",
        "",
        None,
        5,
        ["https://login.example.com/"],
    ],
)
def test_s19_others_are_not(url):
    with pytest.raises(AuthError, match="redirect_uri must"):
        check_address(url, "redirect_uri")


LOOPBACK = (
    "http://127.0.0.1:6379/",
    "http://localhost/a",
    "http://[::1]:1/",
    "https://127.0.0.1:8443/",
    "https://LOCALHOST/a",
    "https://[::1]/",
)


@pytest.mark.parametrize("url", LOOPBACK)
def test_s19_a_party_on_another_machine_does_not_name_a_service_on_this_one(url):
    for namer in ("https://login.example.com", "https://127.0.0.1.example.com/", "", "http://["):
        with pytest.raises(AuthError, match="the endpoint must not be on this machine"):
            check_address(url, "the endpoint", named_by=namer)
    for namer in (*LOOPBACK, "https://localhost:9443/issuer"):
        assert check_address(url, "the endpoint", named_by=namer) == url


def test_a_party_on_another_machine_names_https_addresses():
    url = "https://api.example.com/token"
    assert check_address(url, "x", named_by="https://login.example.com") == url
    with pytest.raises(AuthError, match="x must be an https URL"):
        check_address("http://api.example.com/", "x", named_by="http://localhost/")


def test_a_message_has_neither_query_nor_user():
    url = "http://user:password@login.example.com/path?code=secret#token"
    assert without_query(url) == "'http://login.example.com/path'"
    with pytest.raises(AuthError) as caught:
        check_address("http://login.example.com/path?code=secret", "x")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("/", "/"),
        ("/a?b=//c", "/a?b=//c"),
        ("https://www.example.com/a", "/a"),
        ("https://WWW.example.com", "/"),
        ("/%2f%2fh", "/%2f%2fh"),  # browsers do not decode it
        ("/%09/h", "/%09/h"),
    ],
)
def test_addresses_on_this_site(url, address):
    assert local_address(REQUEST, url) == address


@pytest.mark.parametrize(
    "url",
    [
        "//h",
        "///h",
        "/\\h",
        "\\\\h",
        "\\/h",
        "/\t/h",
        "/\n/h",
        " //h",
        "h",
        "",
        None,
        "https:h",
        "https://h/",
        "http://www.example.com/",
        "https://www.example.com.h/",
        "https://www.example.com@h/",
        "https://www.example.com:444/",
        "https://www.example.com//h",
        "https://www.example.com\\@h/",
        "javascript:alert(1)",
        "/a\r\nSet-Cookie: a=b",
    ],
)
def test_s15_others_lead_away(url):
    assert local_address(REQUEST, url) is None


@given(st.text(alphabet="/\\.:@?#hw \t\n%2f0", max_size=12))
def test_s15_what_is_local_begins_with_one_slash_as_browsers_read_it(text):
    address = local_address(REQUEST, text)
    if address is not None:
        seen = address.replace("\\", "/")
        assert seen.startswith("/")
        assert not seen.startswith("//")


def test_loopback_is_this_machine():
    assert all(
        map(is_loopback, ("localhost", "LOCALHOST", "127.0.0.1", "127.9.9.9", "::1", "[::1]"))
    )
    assert not any(
        map(
            is_loopback, ("", None, "example.com", "127.0.0.1.example.com", "0.0.0.0", "2130706433")
        )
    )
