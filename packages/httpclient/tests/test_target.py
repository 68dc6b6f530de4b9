"""The parts of URLs."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tornado.httpclient._request._target import parse_target, redact_url

CASES = {
    "http://example.com": ("http", "example.com", 80, "example.com", "/"),
    "HTTP://EXAMPLE.com:80/A?b#c": ("http", "example.com", 80, "example.com", "/A?b"),
    "https://example.com:8443?q": ("https", "example.com", 8443, "example.com:8443", "/?q"),
    "https://[::1]:8443/": ("https", "::1", 8443, "[::1]:8443", "/"),
    "http://[fe80::1%25eth0]/": ("http", "fe80::1%eth0", 80, "[fe80::1%25eth0]", "/"),
    "http://żółw.example/": ("http", "xn--w-uga1v8h.example", 80, "xn--w-uga1v8h.example", "/"),
    "http://a.example/ż?ó": ("http", "a.example", 80, "a.example", "/%C5%BC?%C3%B3"),
    "http://a.example/%zz": ("http", "a.example", 80, "a.example", "/%zz"),
    "http://my_host.example/": ("http", "my_host.example", 80, "my_host.example", "/"),
    "http://127.0.0.1:/": ("http", "127.0.0.1", 80, "127.0.0.1", "/"),
}


@pytest.mark.parametrize("url", list(CASES))
def test_a_url_has_its_parts(url):
    assert parse_target(url)[:5] == CASES[url]


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.com",
        "//example.com/",
        "ftp://example.com/",
        "file:///etc/passwd",
        "http://",
        "http:///path",
        "http://a b/",
        "http://a/ b",
        "http://a\\b/",
        "http://user@/",
        "http://a:b@c@d:99999/",
        "http://a:99999/",
        "http://a:0/",
        "http://[::1/",
        "http://::1/",
        "http://a%00b/",
        "http://[::1]x/",
        "http://[@a/",
        "http://a]@b/",
    ],
)
def test_what_is_no_url_is_refused(url):
    with pytest.raises(ValueError, match=r"url|URL|host"):
        parse_target(url)


def test_user_and_password_are_decoded():
    target = parse_target("http://us%40er:pa%3Ass@a.example/")
    assert (target.username, target.password) == ("us@er", "pa:ss")


@given(st.text(max_size=60))
def test_the_host_is_that_of_the_standard_library_or_the_url_is_refused(text):
    url = "http://" + text
    try:
        target = parse_target(url)
    except ValueError:
        return
    host = urlsplit(url).hostname or ""
    assert target.host.isascii()
    assert not host.isascii() or target.host == host.replace("%25", "%", 1)
    assert not set(target.path) & set(" \r\n\t\0")


def test_a_message_shows_no_password():
    assert "secret" not in redact_url("http://me:secret@a.example/")
