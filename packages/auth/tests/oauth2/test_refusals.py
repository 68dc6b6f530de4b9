"""What a program or a link may not ask for."""

from __future__ import annotations

import urllib.parse

import pytest

from tornado.auth import AuthError
from tornado.auth._oauth2._exchange import check_same_code


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
