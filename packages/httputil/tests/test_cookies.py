from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tornado.httputil import _unquote_cookie, parse_cookie


@pytest.mark.parametrize(
    ("header", "cookies"),
    [
        ("", {}),
        ("a=b", {"a": "b"}),
        ("a=b; c=d", {"a": "b", "c": "d"}),
        ("a=b;a=c", {"a": "c"}),
        (" a = b ; ; ", {"a": "b"}),
        ("a=b=c", {"a": "b=c"}),
        ("a=", {"a": ""}),
        ("=b", {"": "b"}),
        ("b", {"": "b"}),
        ("a=b,c=d", {"a": "b,c=d"}),
        ('a="b c"', {"a": "b c"}),
        ('a="b;c"', {"a": '"b', "": 'c"'}),
        (r'a="\012\"x\"\\"', {"a": '\n"x"\\'}),
        (r'a="\303\251"', {"a": "\xc3\xa9"}),
        (r'a="\8\4000"', {"a": "84000"}),
        ('a="', {"a": '"'}),
        ('a=""', {"a": ""}),
        ('a="b', {"a": '"b'}),
        ("a=\xe9; [b]={c}", {"a": "\xe9", "[b]": "{c}"}),
        ("$Version=1; a=b; $Path=/", {"$Version": "1", "a": "b", "$Path": "/"}),
    ],
)
def test_cookies_are_read_the_way_browsers_write_them(header, cookies):
    assert parse_cookie(header) == cookies


@given(st.text('ab="\\; ,0137\t\xe9'))
def test_any_header_is_read_without_an_error(header):
    for name, value in parse_cookie(header).items():
        assert ";" not in name
        assert name == name.strip()
        assert isinstance(value, str)


@given(st.text(st.characters(max_codepoint=255)))
def test_what_the_standard_library_quotes_is_unquoted(value):
    quoted = "".join(
        f"\\{char}" if char in '"\\' else char if " " <= char < "\x7f" else f"\\{ord(char):03o}"
        for char in value
    )
    assert _unquote_cookie(f'"{quoted}"') == value
