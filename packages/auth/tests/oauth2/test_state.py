"""A sign-in is bound to the browser that began it, and counts once."""

from __future__ import annotations

import json
import urllib.parse

import pytest


def query_of(url):
    return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))


def with_query(url, **changes):
    """Return an address with other parameters; None leaves one out."""
    parts = urllib.parse.urlsplit(url)
    query = {**dict(urllib.parse.parse_qsl(parts.query)), **changes}
    left = {name: value for name, value in query.items() if value is not None}
    return parts._replace(query=urllib.parse.urlencode(left)).geturl()


def answer_of(page):
    return json.loads(page.text)


def test_a_user_signs_in(signing_in, browser):
    back = browser.visit(signing_in.login, until=f"{signing_in.login}?")
    page = browser.open(back)
    assert page.status == 200, page.text
    assert answer_of(page)["tokens"]["access_token"]


@pytest.mark.expected_errors("the state of the answer")
def test_s19_a_callback_in_another_browser_is_refused(
    signing_in, browser, another_browser, node_provider
):
    back = browser.visit(signing_in.login, until=f"{signing_in.login}?")
    page = another_browser.open(back)
    assert page.status == 403
    assert answer_of(page)["kind"] in {"TransactionError", "None"}
    assert node_provider.requests("/token") == []
    assert browser.open(back).status == 200  # the one that began it is not harmed
