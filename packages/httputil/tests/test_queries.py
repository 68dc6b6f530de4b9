from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tornado.httputil import encode_username_password, qs_to_qsl, url_concat, urlencode


@pytest.mark.parametrize(
    ("url", "args", "expected"),
    [
        ("http://a/b", {"c": "d"}, "http://a/b?c=d"),
        ("http://a/b?", {"c": "d"}, "http://a/b?c=d"),
        ("http://a/b?x=1#top", [("x", "2"), ("y", "3")], "http://a/b?x=1&x=2&y=3#top"),
        ("http://a/b?x=&y", (("c", ""),), "http://a/b?x=&y=&c="),
        ("http://a/b", {"c": "\xe9 &/"}, "http://a/b?c=%C3%A9+%26%2F"),
        ("/b;p", {"c": "d"}, "/b;p?c=d"),
        ("http://a/b?x=%20", None, "http://a/b?x=%20"),
        ("http://a/b", [], "http://a/b"),
        ("http://a/b", {"c": 1, "d": b"e"}, "http://a/b?c=1&d=e"),
    ],
)
def test_arguments_are_added_to_a_url(url, args, expected):
    assert url_concat(url, args) == expected


@pytest.mark.parametrize("args", ["a=b", 1, {"a"}])
def test_arguments_of_another_type_are_a_type_error(args):
    with pytest.raises(TypeError, match="not a dict, list or tuple"):
        url_concat("http://a/", args)


pairs = st.lists(
    st.tuples(st.text(st.characters(codec="utf-8")), st.text(st.characters(codec="utf-8")))
)


@given(pairs, pairs)
def test_every_argument_comes_back(first, second):
    url = url_concat(url_concat("http://a/b#c", first), second)
    assert parse_qsl(urlsplit(url).query, keep_blank_values=True) == first + second
    assert urlsplit(url).fragment == "c"


def test_lists_of_values_become_pairs():
    assert list(qs_to_qsl({"a": [b"1", b"2"], "b": [b""]})) == [
        ("a", b"1"),
        ("a", b"2"),
        ("b", b""),
    ]
    assert urlencode(list(qs_to_qsl({"a": [b"\xff"]}))) == "a=%FF"


@pytest.mark.parametrize(
    ("username", "password", "octets"),
    [
        ("a", "b", b"a:b"),
        ("\xe9", b"\xff", b"\xc3\xa9:\xff"),
        ("e\u0301", "b", b"\xc3\xa9:b"),
        ("", "", b":"),
    ],
)
def test_a_user_name_and_a_password_are_joined_in_utf8(username, password, octets):
    assert encode_username_password(username, password) == octets
