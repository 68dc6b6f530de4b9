"""Sign-in, tokens and sign-out at npm's certified oidc-provider, from end to end, in both generations."""

from __future__ import annotations

import json
import time
import urllib.parse
from collections.abc import Callable
from typing import Any

import pytest

import tornado.web
from tornado.auth import AuthError, DPoPKey, OpenIDConnectMixin

DISCOVERY = "/.well-known/openid-configuration"
OFFLINE = {"prompt": "consent"}


class BaseHandler(tornado.web.RequestHandler, OpenIDConnectMixin):
    """What the handlers of both generations share."""

    def begin(self) -> Any:
        return self.authorize_redirect(
            "/login", next=self.get_argument("next", None), extra_params=self.settings["asked"]
        )

    def keep(self, user: dict[str, Any]) -> None:
        """Remember who signed in, as a site with sessions does."""
        self.settings["signed_in"].append((user, self.auth_tokens))
        shown = {"user": user, "tokens": self.auth_tokens, "next": self.auth_transaction.next}
        self.finish(shown)

    def fail(self, error: AuthError | None) -> None:
        self.set_status(403)
        self.finish("failed, see the log" if error is None else str(error))


class AwaitingHandler(BaseHandler):
    async def get(self) -> None:
        try:
            if self.get_argument("state", None):
                self.keep(await self.get_authenticated_user())
            else:
                await self.begin()
        except AuthError as error:
            self.fail(error)


class CallbackHandler(BaseHandler):
    @tornado.web.asynchronous
    def get(self) -> None:
        if self.get_argument("state", None):
            self.get_authenticated_user(callback=self._on_auth)
            return
        self.begin()

    def _on_auth(self, user: dict[str, Any] | None) -> None:
        if not user:
            self.fail(None)
            return
        self.keep(user)


class RefreshHandler(BaseHandler):
    async def post(self) -> None:
        user, tokens = self.settings["signed_in"][-1]
        key = tokens.get("dpop_key")
        try:
            self.write(
                await self.refresh_oauth2_tokens(
                    tokens["refresh_token"],
                    user=user,
                    dpop_key=DPoPKey.from_json(key) if key else None,
                )
            )
        except AuthError as error:
            self.fail(error)


class RevokeHandler(BaseHandler):
    async def post(self) -> None:
        await self.revoke_oauth2_token(self.settings["signed_in"][-1][1]["refresh_token"])


class AwaitingLogoutHandler(BaseHandler):
    async def get(self) -> None:
        await self.logout_redirect("/logged-out", next="/goodbye")


class CallbackLogoutHandler(BaseHandler):
    def get(self) -> None:
        self.logout_redirect("/logged-out", next="/goodbye")  # nobody waits


class LoggedOutHandler(BaseHandler):
    async def get(self) -> None:
        try:
            self.write({"next": await self.check_logout()})
        except AuthError as error:
            self.fail(error)


class BackChannelHandler(BaseHandler):
    async def post(self) -> None:
        await self.receive_backchannel_logout()

    def on_backchannel_logout(self, claims: Any) -> None:
        self.settings["ended"].append(dict(claims))


GENERATIONS = {
    "await": (AwaitingHandler, AwaitingLogoutHandler),
    "callback": (CallbackHandler, CallbackLogoutHandler),
}


@pytest.fixture(params=list(GENERATIONS))
def generation(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def start(site: Any, node_provider: Any, client: Any) -> Callable[..., Any]:
    """Run a site: ``start(generation, settings of ours, at=settings of the provider)``."""

    def start(
        generation: str = "await",
        made: Any = client,
        *,
        metadata: dict[str, Any] | None = None,
        at: dict[str, Any] | None = None,
        **ours: Any,
    ) -> Any:
        login, logout = GENERATIONS[generation]
        routes = [
            ("/login", login),
            ("/refresh", RefreshHandler),
            ("/revoke", RevokeHandler),
            ("/logout", logout),
            ("/logged-out", LoggedOutHandler),
            ("/ended", BackChannelHandler),
        ]
        running = site(routes, cookie_secret="c" * 40, asked={}, signed_in=[], ended=[])
        registered = made(
            f"{running.url}/login",
            post_logout_redirect_uris=[f"{running.url}/logged-out"],
            backchannel_logout_uri=f"{running.url}/ended",
            backchannel_logout_session_required=True,
            **(metadata or {}),
        )
        node_provider.configure(registered, **(at or {}))
        running.application.settings["oidc"] = {
            "issuer": node_provider.issuer,
            "key": registered["client_id"],
            "secret": registered.get("client_secret"),
            **ours,
        }
        return running

    return start


def sign_in(running: Any, browser: Any, query: str = "") -> Any:
    """Sign in and return the answer to the browser."""
    url = f"{running.url}/login{query}"
    return browser.open(browser.visit(url, until=f"{running.url}/login?"))


def members_of(page: Any) -> dict[str, Any]:
    assert page.status == 200, page.text
    return json.loads(page.text)


# Signing in.


def test_a_user_signs_in(start: Any, node_provider: Any, browser: Any, generation: str) -> None:
    answer = members_of(sign_in(start(generation), browser, "?next=/welcome"))
    user = answer["user"]
    assert user["iss"] == node_provider.issuer
    assert user["sub"] == "alice"
    assert user["aud"] == "web"
    assert user["name"] == "Alice Liddell"  # from userinfo
    assert user["email_verified"] is True
    assert answer["next"] == "/welcome"
    assert answer["tokens"]["access_token"]


def test_a_public_client_signs_in(
    start: Any, public_client: Any, browser: Any, generation: str
) -> None:
    assert members_of(sign_in(start(generation, public_client), browser))["user"]["aud"] == "public"


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES256"])
def test_id_tokens_of_each_algorithm_are_checked(
    start: Any, node_provider: Any, browser: Any, algorithm: str
) -> None:
    node_provider.change_keys(algorithm)
    try:
        metadata = {"id_token_signed_response_alg": algorithm}
        running = start(metadata=metadata, algorithms=[algorithm])
        assert members_of(sign_in(running, browser))["user"]["sub"] == "alice"
    finally:
        node_provider.configure()
        node_provider.change_keys("RS256")


def test_an_algorithm_that_was_not_agreed_on_is_refused(start: Any, browser: Any) -> None:
    """Even a token that the shared secret proves, which this client also has."""
    shared = {
        "metadata": {"id_token_signed_response_alg": "HS256"},
        "at": {"enabledJWA": {"idTokenSigningAlgValues": ["RS256", "HS256"]}},
    }
    page = sign_in(start(**shared), browser)
    assert page.status == 403
    assert "HS256" in page.text
    agreed = start(**shared, algorithms=["HS256"])
    assert members_of(sign_in(agreed, browser))["user"]["sub"] == "alice"


def test_sign_ins_cost_one_discovery_and_one_request_for_keys(
    start: Any, node_provider: Any, browser: Any, another_browser: Any, generation: str
) -> None:
    running = start(generation)
    for person in (browser, another_browser, browser):
        assert members_of(sign_in(running, person))["user"]["sub"] == "alice"
    assert len(node_provider.requests(DISCOVERY)) == 1
    assert len(node_provider.requests("/jwks")) == 1
    assert len(node_provider.requests("/token")) == 3


def test_a_new_signing_key_is_fetched_once(
    start: Any, node_provider: Any, browser: Any, monkeypatch: Any
) -> None:
    running = start()
    assert sign_in(running, browser).status == 200
    node_provider.change_keys("RS256")
    # The provider of the application believes that the keys are old enough to be asked for again.
    from tornado.auth._oidc import _provider

    monkeypatch.setattr(_provider, "MIN_KEYS_INTERVAL", 0)
    assert sign_in(running, browser).status == 200
    assert len(node_provider.requests("/jwks")) == 2


def test_max_age_makes_the_user_sign_in_again(start: Any, browser: Any) -> None:
    running = start(max_age=3600)
    first = members_of(sign_in(running, browser))["user"]
    assert time.time() - first["auth_time"] < 60
    assert members_of(sign_in(running, browser))["user"]["auth_time"] == first["auth_time"]


def test_a_refusal_of_the_user_reaches_the_program(start: Any, browser: Any) -> None:
    running = start()
    back = browser.visit(f"{running.url}/login", until=f"{running.url}/login?", decision="abort")
    page = browser.open(back)
    assert page.status == 403
    assert "access_denied" in page.text


def test_an_answer_is_worth_nothing_in_another_browser(
    start: Any, node_provider: Any, browser: Any, another_browser: Any, generation: str
) -> None:
    running = start(generation)
    back = browser.visit(f"{running.url}/login", until=f"{running.url}/login?")
    assert another_browser.open(back).status == 403
    assert node_provider.requests("/token") == []
    assert browser.open(back).status == 200
    assert browser.open(back).status == 403  # and counts once
    assert len(node_provider.requests("/token")) == 1


def test_an_answer_of_another_issuer_is_refused_before_the_code_leaves(
    start: Any, node_provider: Any, other_node_provider: Any, browser: Any, generation: str
) -> None:
    running = start(generation)
    back = browser.visit(f"{running.url}/login", until=f"{running.url}/login?")
    issuers = (node_provider.issuer, other_node_provider.issuer)
    quoted = [urllib.parse.quote(each, safe="") for each in issuers]
    assert f"iss={quoted[0]}" in back
    assert browser.open(back.replace(*quoted)).status == 403
    assert node_provider.requests("/token") == []
    assert other_node_provider.requests() == []


def test_an_answer_without_the_issuer_that_was_announced_is_refused(
    start: Any, node_provider: Any, browser: Any, generation: str
) -> None:
    running = start(generation)
    back = browser.visit(f"{running.url}/login", until=f"{running.url}/login?")
    quoted = urllib.parse.quote(node_provider.issuer, safe="")
    assert browser.open(back.replace(f"iss={quoted}", "")).status == 403
    assert node_provider.requests("/token") == []


# Pushed requests and bound tokens.

PAR = {"pushedAuthorizationRequests": {"enabled": True, "requirePushedAuthorizationRequests": True}}


def test_the_request_is_pushed_where_the_provider_requires_it(
    start: Any, node_provider: Any, browser: Any, generation: str
) -> None:
    running = start(generation, at={"features": PAR})
    assert members_of(sign_in(running, browser))["user"]["sub"] == "alice"
    [pushed] = node_provider.requests("/request")
    assert "code_challenge=" in pushed.body
    [asked] = [each for each in node_provider.requests("/auth") if "?" in each.url]
    query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(asked.url).query))
    assert query.keys() == {"client_id", "request_uri"}


@pytest.mark.parametrize("features", [{}, PAR], ids=["alone", "with PAR"])
def test_tokens_are_bound_to_a_key_with_the_nonces_of_the_provider(
    start: Any, node_provider: Any, browser: Any, generation: str, features: dict[str, Any]
) -> None:
    at = {"features": features, "dpopNonces": True}
    running = start(generation, uses_dpop=True, at=at)
    answer = members_of(sign_in(running, browser))
    assert answer["user"]["name"] == "Alice Liddell"  # userinfo took the proof
    assert answer["tokens"]["token_type"] == "DPoP"
    assert answer["tokens"]["dpop_key"]
    tries = node_provider.requests("/token")
    assert all("dpop" in each.headers for each in tries)
    assert len({each.headers["dpop"] for each in tries}) == len(tries)  # a proof per request
    once_more = 0 if features else 1  # the pushed request has brought the nonce already
    assert len(tries) == 1 + once_more

    node_provider.forget()
    assert members_of(sign_in(running, browser))["tokens"]["token_type"] == "DPoP"
    assert len(node_provider.requests("/token")) == 1  # the nonce was kept


def test_a_bound_refresh_token_needs_its_key(start: Any, public_client: Any, browser: Any) -> None:
    running = start("await", public_client, uses_dpop=True, scope=["openid", "offline_access"])
    running.application.settings["asked"].update(OFFLINE)
    assert sign_in(running, browser).status == 200
    signed_in = running.application.settings["signed_in"]
    [(user, tokens)] = signed_in
    signed_in.append((user, {**tokens, "dpop_key": None}))
    page = browser.request(f"{running.url}/refresh", {})
    assert page.status == 403
    assert "400" in page.text
    signed_in.append((user, tokens))
    assert members_of(browser.request(f"{running.url}/refresh", {}))["token_type"] == "DPoP"


# Refreshing and revoking.


@pytest.mark.parametrize("kind", ["client", "public_client"])
def test_tokens_are_refreshed_for_the_same_user(
    start: Any, browser: Any, generation: str, kind: str, request: pytest.FixtureRequest
) -> None:
    made = request.getfixturevalue(kind)
    running = start(generation, made, scope=["openid", "offline_access"])
    running.application.settings["asked"].update(OFFLINE)
    before = members_of(sign_in(running, browser))["tokens"]
    after = members_of(browser.request(f"{running.url}/refresh", {}))
    assert after["access_token"] != before["access_token"]
    assert after["id_token"]
    assert (after["refresh_token"] != before["refresh_token"]) == (kind == "public_client")


def test_a_refreshed_id_token_of_somebody_else_is_refused(start: Any, browser: Any) -> None:
    running = start(scope=["openid", "offline_access"])
    running.application.settings["asked"].update(OFFLINE)
    assert sign_in(running, browser).status == 200
    signed_in = running.application.settings["signed_in"]
    user, tokens = signed_in[-1]
    signed_in.append(({**user, "sub": "bob"}, tokens))
    page = browser.request(f"{running.url}/refresh", {})
    assert page.status == 403
    assert tokens["refresh_token"] not in page.text


def test_a_revoked_token_is_refused(start: Any, browser: Any) -> None:
    running = start(scope=["openid", "offline_access"])
    running.application.settings["asked"].update(OFFLINE)
    assert sign_in(running, browser).status == 200
    assert browser.request(f"{running.url}/revoke", {}).status == 200
    assert "invalid_grant" in browser.request(f"{running.url}/refresh", {}).text


# Signing out.


def sign_out(running: Any, browser: Any) -> str:
    return browser.visit(f"{running.url}/logout", until=f"{running.url}/logged-out")


def test_a_user_signs_out_at_the_provider(
    start: Any, node_provider: Any, browser: Any, generation: str
) -> None:
    running = start(generation)
    assert sign_in(running, browser).status == 200
    back = sign_out(running, browser)
    assert members_of(browser.open(back)) == {"next": "/goodbye"}
    page = browser.open(f"{running.url}/login", until=f"{running.url}/login?")
    assert "password" in page.forms[0].inputs  # the provider does not know the browser any more
    assert not [url for url in browser.history if "id_token" in url]


def test_the_way_back_from_a_sign_out_is_bound_to_the_browser_and_counts_once(
    start: Any, browser: Any, another_browser: Any, generation: str
) -> None:
    running = start(generation)
    assert sign_in(running, browser).status == 200
    back = sign_out(running, browser)
    assert another_browser.open(back).status == 403
    assert browser.open(back).status == 200
    assert browser.open(back).status == 403


def test_a_sign_out_without_an_answer_of_the_provider_is_not_one(start: Any, browser: Any) -> None:
    running = start()
    assert browser.open(f"{running.url}/logged-out").status == 403
    assert browser.open(f"{running.url}/logged-out?state=x").status == 403


def test_a_sign_out_reaches_the_site_by_the_back_channel_once(
    start: Any, node_provider: Any, browser: Any, another_browser: Any, generation: str
) -> None:
    running = start(generation)
    user = members_of(sign_in(running, browser))["user"]
    node_provider.forget()
    sign_out(running, browser)
    [claims] = running.application.settings["ended"]
    assert claims["iss"] == node_provider.issuer
    assert claims["sub"] == "alice"
    assert claims["sid"] == user["sid"]
