"""A sign-in is bound to the browser that began it, and counts once."""

from __future__ import annotations

import json
import urllib.parse


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


def test_s19_a_callback_in_another_browser_is_refused(
    signing_in, browser, another_browser, node_provider
):
    back = browser.visit(signing_in.login, until=f"{signing_in.login}?")
    page = another_browser.open(back)
    assert page.status == 403
    assert answer_of(page)["kind"] in {"TransactionError", "None"}
    assert node_provider.requests("/token") == []
    assert browser.open(back).status == 200  # the one that began it is not harmed


def test_s19_an_error_in_another_browser_is_not_believed(signing_in, browser, another_browser):
    back = browser.visit(signing_in.login, until=f"{signing_in.login}?", decision="abort")
    assert query_of(back)["error"] == "access_denied"
    answer = answer_of(another_browser.open(back))
    assert answer["kind"] in {"TransactionError", "None"}
    assert "access_denied" not in answer["message"]
    mine = answer_of(browser.open(back))
    assert mine["kind"] in {"ProviderError", "None"}


def test_s19_an_error_without_a_state_or_with_another_one_is_not_believed(signing_in, browser):
    browser.open(signing_in.login, until=signing_in.provider.issuer)
    for state in (None, "", "x" * 22, "x" * 5000, "\u2603", "a;b=c\n"):
        forged = with_query(f"{signing_in.login}?error=access_denied", state=state)
        page = browser.open(forged)
        assert page.status == 403
        assert answer_of(page)["kind"] in {"TransactionError", "None"}


def test_s19_a_state_counts_once_even_if_its_cookie_is_sent_again(
    signing_in, browser, node_provider
):
    back = browser.visit(signing_in.login, until=f"{signing_in.login}?")
    [cookie] = browser.cookie("tornado_signin_")
    assert browser.open(back).status == 200
    assert browser.cookie("tornado_signin_") == []
    asked = len(node_provider.requests("/token"))
    assert browser.open(back).status == 403
    browser.cookies.set_cookie(cookie)
    page = browser.open(back)
    assert page.status == 403
    assert answer_of(page)["message"] in {"this sign-in was answered before: begin again", ""}
    assert len(node_provider.requests("/token")) == asked


def test_s19_a_refused_answer_ends_the_sign_in_too(signing_in, browser):
    back = browser.visit(signing_in.login, until=f"{signing_in.login}?")
    assert browser.open(with_query(back, iss="https://attacker.example")).status == 403
    assert browser.cookie("tornado_signin_") == []
    assert browser.open(back).status == 403


def test_s19_a_changed_cookie_is_not_a_transaction(signing_in, browser):
    back = browser.visit(signing_in.login, until=f"{signing_in.login}?")
    [cookie] = browser.cookie("tornado_signin_")
    cookie.value = cookie.value[:-4] + ("0000" if cookie.value[-4:] != "0000" else "1111")
    assert browser.open(back).status == 403


def test_two_tabs_do_not_break_each_other(signing_in, browser):
    first = browser.open(signing_in.login, until=signing_in.provider.issuer).location
    second = browser.open(signing_in.login, until=signing_in.provider.issuer).location
    assert query_of(first)["state"] != query_of(second)["state"]
    for url in (first, second):
        assert browser.open(browser.visit(url, until=f"{signing_in.login}?")).status == 200


def test_a_browser_has_at_most_five_sign_ins_under_way_and_the_oldest_is_dropped(
    signing_in, browser
):
    urls = [
        browser.open(signing_in.login, until=signing_in.provider.issuer).location for _ in range(7)
    ]
    assert len(browser.cookie("tornado_signin_")) == 5
    states = {
        each.name.removeprefix("tornado_signin_") for each in browser.cookie("tornado_signin_")
    }
    assert states == {query_of(url)["state"] for url in urls[2:]}


def test_s19_a_parameter_of_the_answer_must_not_be_there_twice(signing_in, browser, node_provider):
    for name in ("state", "code", "iss"):
        back = browser.visit(signing_in.login, until=f"{signing_in.login}?")
        assert browser.open(f"{back}&{name}={query_of(back)[name]}").status == 403
    assert node_provider.requests("/token") == []


def test_s19_an_announced_issuer_must_not_be_missing(signing_in, browser, node_provider):
    """Also with a single provider, before the code is sent."""
    back = browser.visit(signing_in.login, until=f"{signing_in.login}?")
    assert browser.open(with_query(back, iss=None)).status == 403
    assert node_provider.requests("/token") == []


def test_where_the_user_wanted_to_go_is_remembered(signing_in, browser):
    url = with_query(signing_in.login, next="/page?a=b")
    back = browser.visit(url, until=f"{signing_in.login}?")
    assert answer_of(browser.open(back))["next"] == "/page?a=b"
