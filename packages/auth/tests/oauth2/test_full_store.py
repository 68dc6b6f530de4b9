"""Somebody who begins and answers very many sign-ins, over sockets, with a store that is small."""

from __future__ import annotations

import http.client
import json
import urllib.parse

import pytest

from tornado.auth import MemoryReplayStore
from tornado.auth._transactions._transaction import network_of

PATIENCE = 30


class Visitor:
    """A browser at an address of this machine that keeps nothing but the cookie of its last sign-in."""

    def __init__(self, site, address):
        self._port = site.port
        self._address = address

    def _get(self, path, **headers):
        connection = http.client.HTTPConnection(
            "127.0.0.1", self._port, timeout=PATIENCE, source_address=(self._address, 0)
        )
        try:
            connection.request("GET", path, headers=headers)
            response = connection.getresponse()
            return response, response.read().decode()
        finally:
            connection.close()

    def begin(self):
        """Begin a sign-in, and return its state and its cookie."""
        response, _ = self._get("/login")
        assert response.status == 302
        query = urllib.parse.urlsplit(response.headers["Location"]).query
        cookie = response.headers["Set-Cookie"].partition(";")[0]
        return dict(urllib.parse.parse_qsl(query))["state"], cookie

    def answer(self, state, cookie):
        """Answer it with an error of the provider, and return what the site says."""
        query = urllib.parse.urlencode(
            {"state": state, "error": "made_up", "iss": "https://a.example"}
        )
        _, text = self._get(f"/login?{query}", Cookie=cookie)
        return json.loads(text)["message"]

    def sign_in(self):
        return self.answer(*self.begin())


@pytest.fixture
def small_site(site, login_handler, make_provider):
    provider = make_provider("https://a.example")
    return site(
        [("/login", login_handler, {"provider": provider})],
        cookie_secret="a secret",
        node_oauth={"key": "web"},
        auth_replay_store=MemoryReplayStore(20),
    )


def test_s19_sign_ins_of_one_address_leave_places_for_those_of_others(small_site):
    greedy, other = Visitor(small_site, "127.0.0.1"), Visitor(small_site, "127.0.0.2")
    said = [greedy.sign_in() for _ in range(15)]
    assert [("made_up" in each) for each in said] == [True] * 10 + [False] * 5
    assert "the replay store is full with 10 ids" in said[-1]
    assert "made_up" in other.sign_in()  # it was believed: the state counted
    assert "the replay store is full" in greedy.sign_in()  # and still refused here
    assert len(small_site.application.settings["auth_replay_store"]._used) == 11


def test_s19_an_answer_counts_once_from_whatever_address_it_comes(small_site):
    one, other = Visitor(small_site, "127.0.0.1"), Visitor(small_site, "127.0.0.2")
    begun = one.begin()
    assert "made_up" in other.answer(*begun)
    for visitor in (one, other):
        assert "was answered before" in visitor.answer(*begun)


def test_a_sign_in_that_finds_no_place_may_be_begun_again_later(small_site):
    store = small_site.application.settings["auth_replay_store"]
    greedy = Visitor(small_site, "127.0.0.1")
    for _ in range(11):
        greedy.sign_in()
    store._clock = lambda: 1e12  # ten minutes and more
    assert "made_up" in greedy.sign_in()


def test_a_network_is_an_ipv4_address_or_a_site_of_ipv6():
    assert network_of("192.0.2.1") == network_of("192.0.2.1") != network_of("192.0.2.2")
    assert network_of("2001:db8::1") == network_of("2001:db8:0:0:ffff::2")
    assert network_of("2001:db8::1") != network_of("2001:db8:0:1::1")
    assert network_of("@") == network_of("") == network_of(None) == "unknown"
    assert "192" not in network_of("192.0.2.1")
