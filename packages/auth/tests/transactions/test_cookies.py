"""The cookies of transactions: a handler with nothing but the documented methods."""

from __future__ import annotations

import asyncio
import http.cookies
import time
from types import SimpleNamespace

import pytest

from tornado.auth import AuthError, MemoryReplayStore, TransactionError
from tornado.auth._transactions import _transaction
from tornado.auth._transactions._cookies import MOST_TRANSACTIONS, Transactions
from tornado.auth._transactions._transaction import LIFETIME, MAX_SKEW, Transaction
from tornado.web import create_signed_value, decode_signed_value

SECRET = "a secret"


class Handler:
    """The documented methods, over a dictionary that is the browser."""

    def __init__(self, jar=None, *, protocol="http", host="127.0.0.1", **settings):
        self.jar = {} if jar is None else jar
        self.attributes = {}
        self.settings = {"cookie_secret": SECRET, **settings}
        cookies = http.cookies.SimpleCookie()
        for name, value in self.jar.items():
            cookies[name] = value
        self.request = SimpleNamespace(protocol=protocol, host_name=host, cookies=cookies)

    def require_setting(self, name, feature="this feature"):
        if not self.settings.get(name):
            raise Exception(f"set {name} to use {feature}")

    def get_cookie(self, name, default=None):
        return self.request.cookies[name].value if name in self.request.cookies else default

    def set_cookie(self, name, value, **attributes):
        self.jar[name] = value.decode() if isinstance(value, bytes) else value
        self.attributes[name] = attributes

    def clear_cookie(self, name, path="/", domain=None, **attributes):
        self.jar.pop(name, None)
        self.attributes[name] = attributes

    def create_signed_value(self, name, value, version=None):
        return create_signed_value(self.settings["cookie_secret"], name, value)

    def get_signed_cookie(self, name, value=None, max_age_days=31):
        value = self.get_cookie(name) if value is None else value
        return decode_signed_value(
            self.settings["cookie_secret"], name, value, max_age_days=max_age_days
        )


def begin(handler, state="s" * 22, **changes):
    given = {"provider": "https://issuer.example", "next": "/a", "data": {"a": "b"}, **changes}
    return Transactions(handler).begin(Transaction(state=state, **given))


def take(handler, state="s" * 22, provider="https://issuer.example"):
    return asyncio.run(Transactions(handler).take(state, provider=provider))


def test_a_transaction_comes_back_as_it_was():
    jar = {}
    begun = begin(Handler(jar), nonce="n", verifier="v", redirect_uri="https://we.example/cb")
    assert Transactions(Handler(jar)).find(begun.state) == begun
    assert take(Handler(jar)) == begun
    assert jar == {}


@pytest.mark.parametrize("protocol", ["http", "https"])
@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "[::1]", "www.example.com", "127.0.0.1.example.com", "10.0.0.1"],
)
def test_s18_the_cookie_is_for_this_host_and_https_only_except_over_http_on_loopback(
    protocol, host
):
    handler = Handler(protocol=protocol, host=host)
    begin(handler)
    [(name, attributes)] = handler.attributes.items()
    is_insecure = protocol == "http" and host in {"127.0.0.1", "localhost", "[::1]"}
    assert name.startswith("tornado_signin_" if is_insecure else "__Host-tornado_signin_")
    assert attributes == {
        "path": "/",
        "max_age": LIFETIME,
        "httponly": True,
        "secure": not is_insecure,
        "samesite": "Lax",
    }


def test_an_answer_that_another_site_posts_brings_the_cookie_over_https():
    handler = Handler(protocol="https", host="we.example")
    transaction = Transaction(state="s", provider="p")
    Transactions(handler).begin(transaction, posts_back=True)
    assert handler.attributes["__Host-tornado_signin_s"]["samesite"] == "None"


def test_s19_a_transaction_ends_when_the_browser_takes_too_long(monkeypatch):
    jar, now = {}, time.time()
    begin(Handler(jar))
    monkeypatch.setattr(_transaction.time, "time", lambda: now + LIFETIME - 5)
    assert Transactions(Handler(jar)).find("s" * 22) is not None
    monkeypatch.setattr(_transaction.time, "time", lambda: now + LIFETIME + 5)
    with pytest.raises(TransactionError, match="begin again"):
        take(Handler(jar))
    assert jar == {}


def test_clocks_of_two_hosts_may_differ_by_half_a_minute(monkeypatch):
    jar, now = {}, time.time()
    begin(Handler(jar), started=now)
    monkeypatch.setattr(_transaction.time, "time", lambda: now - 29)
    assert Transactions(Handler(jar)).find("s" * 22) is not None
    monkeypatch.setattr(_transaction.time, "time", lambda: now - 31)
    assert Transactions(Handler(jar)).find("s" * 22) is None


def test_s19_a_used_id_is_remembered_while_a_clock_that_differs_would_take_it():
    lifetimes = []

    class Store:
        async def use(self, key, lifetime):
            lifetimes.append(lifetime)
            return True

    jar = {}
    begin(Handler(jar))
    take(Handler(jar, auth_replay_store=Store()))
    assert lifetimes[0] > LIFETIME + MAX_SKEW >= LIFETIME + 30


def test_a_sign_in_that_browsers_would_drop_is_refused_and_drops_no_other():
    jar = {}
    for number in range(MOST_TRANSACTIONS):
        begin(Handler(jar), f"state{number}")
    begun = dict(jar)
    with pytest.raises(AuthError, match="does not fit into a cookie"):
        begin(Handler(jar), next="/" + "a" * 3200)
    assert jar == begun
    begin(Handler(jar), next="/" + "a" * 2400)
    [(name, value)] = [pair for pair in jar.items() if pair not in begun.items()]
    assert len(name) + len(value) < 3800


def test_s19_the_text_of_a_transaction_has_no_secret():
    secrets = {"nonce": "secret-1", "verifier": "secret-2", "data": {"key": "secret-3"}}
    assert "secret-" not in repr(Transaction(state="s", provider="p", **secrets))


def test_s19_a_state_is_taken_once_even_by_requests_that_come_together():
    jar = {}
    store = MemoryReplayStore()
    begin(Handler(jar))
    handlers = [Handler(dict(jar), auth_replay_store=store) for _ in range(5)]

    async def take_all():
        taking = [
            Transactions(each).take("s" * 22, provider="https://issuer.example")
            for each in handlers
        ]
        return await asyncio.gather(*taking, return_exceptions=True)

    results = asyncio.run(take_all())
    assert sum(isinstance(each, Transaction) for each in results) == 1
    assert sum(isinstance(each, TransactionError) for each in results) == 4


def test_a_state_of_the_program_counts_once_in_each_browser():
    store = MemoryReplayStore()
    jars = {}, {}
    for jar in jars:
        begin(Handler(jar), "home")
    sent_again = dict(jars[0])
    for jar in jars:
        assert take(Handler(jar, auth_replay_store=store), "home").state == "home"
    with pytest.raises(TransactionError, match="answered before"):
        take(Handler(sent_again, auth_replay_store=store), "home")


def test_a_state_of_the_program_may_be_used_for_another_sign_in():
    jar, store = {}, MemoryReplayStore()
    for _ in range(3):
        begin(Handler(jar), "home")
        assert take(Handler(jar, auth_replay_store=store), "home").state == "home"


def test_s19_an_answer_to_a_question_to_another_provider_is_refused_and_ends_the_sign_in():
    jar = {}
    begin(Handler(jar))
    with pytest.raises(TransactionError, match=r"begun with https://issuer\.example"):
        take(Handler(jar), provider="https://other.example")
    assert jar == {}


def test_s18_a_cookie_does_not_count_under_another_name():
    jar = {}
    begin(Handler(jar))
    jar["tornado_signin_" + "t" * 22] = jar.pop("tornado_signin_" + "s" * 22)
    with pytest.raises(TransactionError):
        take(Handler(jar), "t" * 22)


def test_s18_a_cookie_of_another_key_does_not_count():
    jar = {}
    begin(Handler(jar))
    with pytest.raises(TransactionError):
        take(Handler(jar, cookie_secret="another"))


def test_a_signed_value_that_is_not_a_transaction_does_not_count():
    for text in (
        "",
        "[]",
        "{}",
        '{"state": "s"}',
        '{"state": "s", "provider": "p"}',
        '{"state": "s", "provider": "p", "id": "i", "more": 1}',
    ):
        jar = {"tornado_signin_s": create_signed_value(SECRET, "tornado_signin_s", text).decode()}
        with pytest.raises(TransactionError):
            take(Handler(jar), "s")


def test_the_oldest_of_five_is_dropped_and_so_are_those_that_are_not_valid(monkeypatch):
    jar, now = (
        {"tornado_signin_x": "made up", "tornado_signin_y": "2|1:0|", "other": "stays"},
        time.time(),
    )
    for number in range(8):
        monkeypatch.setattr(_transaction.time, "time", lambda number=number: now - 100 + number)
        begin(Handler(jar), f"state{number}", started=now - 100 + number)
    assert set(jar) == {"other", *(f"tornado_signin_state{number}" for number in range(3, 8))}


@pytest.mark.parametrize("protocol", ["http", "https"])
def test_cookies_of_the_program_are_left_alone(protocol):
    prefix = "" if protocol == "http" else "__Host-"
    names = (
        "auth_token",
        "tornado_signing",
        "tornado_signin_",
        "tornado_signin_a.b",
        "tornado_signin_" + "A" * 64,
        "tornado_signin_" + "a" * 65,
    )
    jar = {prefix + name: "stays" for name in names}
    for number in range(MOST_TRANSACTIONS + 2):
        begin(Handler(jar, protocol=protocol), f"state{number}")
    assert {name for name, value in jar.items() if value == "stays"} == {
        prefix + name for name in names
    }
    assert len(jar) == len(names) + MOST_TRANSACTIONS


def test_long_states_are_dropped_too():
    jar = {}
    for number in range(MOST_TRANSACTIONS + 2):
        begin(Handler(jar), f"state {number}")
    assert len(jar) == MOST_TRANSACTIONS


def test_a_long_state_of_the_program_has_a_cookie_of_bounded_name():
    jar = {}
    state = "{}; \u2603" * 1000
    begin(Handler(jar), state)
    [name] = jar
    assert len(name) < 80
    assert take(Handler(jar), state).state == state
    with pytest.raises(TransactionError):
        take(Handler(jar), name.removeprefix("tornado_signin_"))


def test_without_a_cookie_secret_the_error_says_what_to_set():
    with pytest.raises(Exception, match="cookie_secret to use signing in"):
        begin(Handler(cookie_secret=None))
    with pytest.raises(Exception, match="cookie_secret to use signing in"):
        take(Handler(cookie_secret=None))
