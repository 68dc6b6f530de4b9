"""Refreshing a sign-in by OpenID Connect: a new id token is the same user's (Core section 12.2)."""

from __future__ import annotations

import json

import pytest

from tornado.auth import AuthError, OpenIDConnectMixin
from tornado.web import RequestHandler, asynchronous


class RefreshHandler(RequestHandler, OpenIDConnectMixin):
    """Refreshes, for the user in the body."""

    def initialize(self, stored):
        self.stored = stored

    async def post(self):
        try:
            tokens = await self.refresh_oauth2_tokens("refresh-1", **self.options())
        except AuthError as error:
            self.refuse(str(error))
        else:
            self.finish(tokens)

    def options(self):
        user = self.get_body_argument("user", None)
        return {"user": user and json.loads(user), "replace": self.stored.append}

    def refuse(self, message):
        self.set_status(403)
        self.finish({"message": message})


class ClassicRefreshHandler(RefreshHandler):
    @asynchronous
    def post(self):
        self.refresh_oauth2_tokens("refresh-1", self.on_tokens, **self.options())

    def on_tokens(self, tokens):
        if tokens is None:
            self.refuse("")
        else:
            self.finish(tokens)


@pytest.fixture(params=[RefreshHandler, ClassicRefreshHandler], ids=["coroutine", "callback"])
def handler(request):
    return request.param


@pytest.fixture
def stored():
    return []


@pytest.fixture
def refresh(browser, site, handler, provider, stored):
    """Refresh for a user, and return the page."""
    client = {"issuer": provider.issuer, "key": "client-1", "secret": "secret-1"}
    routes = [("/refresh", handler, {"stored": stored})]
    ours = site(routes, cookie_secret="a secret of the tests", oidc=client)

    def run(user):
        form = {} if user is None else {"user": json.dumps(user)}
        return browser.request(f"{ours.url}/refresh", form)

    return run


@pytest.fixture
def user(provider):
    return {"iss": provider.issuer, "sub": "user-1", "aud": "client-1", "nonce": "n", "name": "Ada"}


def test_a_refreshed_id_token_of_the_same_user_is_returned(refresh, provider, user, stored):
    provider.tokens = {"access_token": "access-2", "refresh_token": "refresh-2"}
    tokens = json.loads(refresh(user).text)
    assert tokens["access_token"] == "access-2"
    assert tokens["id_token"].count(".") == 2
    assert stored == [tokens]
    (form,) = provider.token_requests
    assert form == {"grant_type": "refresh_token", "refresh_token": "refresh-1"}


@pytest.mark.parametrize(
    ("claims", "message"),
    [
        ({"iss": "https://other.example"}, "is by"),
        ({"sub": "user-2"}, "another sub"),
        ({"aud": "client-2"}, "not for this client"),
        ({"azp": "client-1"}, "another azp"),
        ({"nonce": "another"}, "another nonce"),
        ({"exp": 1}, "has expired"),
        ({"at_hash": "wrong"}, "at_hash does not fit"),
    ],
)
def test_s19_a_refreshed_id_token_of_another_replaces_nothing(
    refresh, provider, user, stored, claims, message, caplog
):
    provider.claims = claims
    page = refresh(user)
    assert page.status == 403
    assert message in page.text + caplog.text
    assert stored == []


def test_s19_a_forged_refreshed_id_token_replaces_nothing(
    refresh, provider, user, stored, other_signer
):
    provider.signer, provider.header = other_signer, {"kid": "key-1"}
    assert refresh(user).status == 403
    assert stored == []


def test_s19_an_id_token_that_cannot_be_compared_is_left_out(refresh, stored):
    tokens = json.loads(refresh(None).text)
    assert tokens["access_token"] == "access-1"
    assert "id_token" not in tokens
    assert stored == [tokens]


def test_a_refresh_need_not_bring_an_id_token(refresh, provider, user):
    provider.tokens = {"id_token": None}
    assert json.loads(refresh(user).text)["access_token"] == "access-1"


def test_a_user_of_an_unknown_issuer_is_refused(refresh, provider, user, caplog):
    page = refresh({**user, "iss": "https://other.example"})
    assert page.status == 403
    assert "no client of https://other.example" in page.text + caplog.text
    assert not provider.token_requests


@pytest.mark.parametrize("first", [None, "user-1"])
def test_s19_another_caller_with_the_same_token_is_checked_too(
    refresh, provider, user, stored, first
):
    """The token is used once; whose it is, is asked for each caller."""
    provider.tokens = {"refresh_token": "refresh-2"}
    assert refresh(first and {**user, "sub": first}).status == 200
    assert refresh({**user, "sub": "user-2"}).status == 403
    tokens = json.loads(refresh(user).text)
    assert tokens["id_token"].count(".") == 2
    assert "id_token" not in json.loads(refresh(None).text)
    assert len(provider.token_requests) == 1
    assert len(stored) == 1


def test_a_caller_with_another_user_does_not_lose_the_new_tokens(refresh, provider, user, stored):
    provider.tokens = {"refresh_token": "refresh-2"}
    assert refresh({**user, "sub": "user-2"}).status == 403
    assert stored == []
    assert json.loads(refresh(user).text)["refresh_token"] == "refresh-2"
    assert [tokens["refresh_token"] for tokens in stored] == ["refresh-2"]
    assert len(provider.token_requests) == 1
