from __future__ import annotations

import pytest

from tornado import httputil
from tornado.httputil._fields._names import CanonicalNames, canonical


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("content-type", "Content-Type"),
        ("CONTENT-TYPE", "Content-Type"),
        ("x", "X"),
        ("", ""),
        ("foo--bar", "Foo--Bar"),
        ("_a_", "_a_"),
        ("123", "123"),
        ("www-authenticate", "Www-Authenticate"),
    ],
)
def test_a_name_has_one_spelling(name, form):
    assert canonical[name] == form
    assert canonical[form] == form


def test_a_name_outside_ascii_does_not_become_one_inside():
    assert canonical["x\u212a"] == "x\u212a"


def test_spellings_are_cached_up_to_a_limit():
    names = CanonicalNames(max_entries=200, max_key_length=10)
    for number in range(1000):
        assert names[f"x-{number}"] == f"X-{number}"
        assert len(names) <= 200
    assert "x-999" in names
    assert "content-type" in names


def test_long_names_are_not_cached():
    names = CanonicalNames(max_key_length=10)
    assert names["x" * 11] == "X" + "x" * 10
    assert "x" * 11 not in names


def test_whitespace_is_space_and_tab_and_nothing_else() -> None:
    assert httputil.HTTP_WHITESPACE == " \t"
