from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tornado.httputil import _encode_header, _parse_header, _parseparam


@pytest.mark.parametrize(
    ("rest", "pieces"),
    [
        ("", []),
        ("a=b", []),
        (";a=b", ["a=b"]),
        ('; a="b;c" ; d=e', ['a="b;c"', "d=e"]),
        (r';a="b\";c";d', [r'a="b\";c"', "d"]),
        (";;a", ["", "a"]),
        (';a="b;c', ['a="b;c']),
        (r';a="b\\";c', [r'a="b\\"', "c"]),
    ],
)
def test_semicolons_split_outside_of_quotes(rest, pieces):
    assert list(_parseparam(rest)) == pieces


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("", ("", {})),
        ("text/html", ("text/html", {})),
        ("text/html; charset=utf-8", ("text/html", {"charset": "utf-8"})),
        ('a; B="c;d"; e', ("a", {"b": "c;d"})),
        (r'a; b="c\"d\\e\f"', ("a", {"b": 'c"d\\e\\f'})),
        ("a; b=c; b=d", ("a", {"b": "d"})),
        ("a; b*=utf-8''%e2%82%ac; b=euro", ("a", {"b": "\u20ac"})),
        ("a; b*=utf-8'en'%e2%82%ac", ("a", {"b": "\u20ac"})),
        ("a; b*=iso-8859-1''%a3", ("a", {"b": "\xa3"})),
        ("a; b*=utf-8''%ff", ("a", {"b": "\ufffd"})),
        ("a; b*=zlib''%78", ("a", {"b": "x"})),
        ("a; b*=plain", ("a", {"b": "plain"})),
        ("a; b*0=c; b*1=d", ("a", {"b": "cd"})),
        ("a; b*1=d; b*0=c", ("a", {"b": "cd"})),
        ("a; b*0=c; b*2=d", ("a", {"b": "c"})),
        ("a; b*0*=utf-8''%e2%82; b*1*=%ac; b*2=%ac", ("a", {"b": "\u20ac%ac"})),
    ],
)
def test_a_value_is_split_from_its_parameters(line, expected):
    assert _parse_header(line) == expected


@given(st.text("ab;\"=\\ *%'0\xe9"))
def test_any_text_is_read_without_an_error(line):
    key, parameters = _parse_header(line)
    assert key in line
    assert all(isinstance(value, str) for value in parameters.values())


def test_parameters_are_joined_again():
    assert (
        _encode_header("permessage-deflate", {"a": None, "b": "c"}) == "permessage-deflate; a; b=c"
    )
    assert _encode_header("x", {}) == "x"
