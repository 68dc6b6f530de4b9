"""What npm's oidc-provider does that clients trip over, and that ours works there, in both generations."""

from __future__ import annotations

import base64
import json
import urllib.parse
from collections.abc import Callable
from typing import Any

import pytest

import tornado.web
from tornado.auth import AuthError, OAuth2Mixin, OAuth2Provider, ProviderError

SCOPE = ["openid", "email"]
OFFLINE = [*SCOPE, "offline_access"]


class BaseHandler(tornado.web.RequestHandler, OAuth2Mixin):
    """Asks for what the settings say, and shows the tokens or the error."""

    def begin(self) -> Any:
        asked = self.settings["asked"]
        return self.authorize_redirect(f"{self.settings['url']()}/login", **asked)

    def show_error(self, error: AuthError) -> None:
        self.set_status(403)
        self.finish(f"{getattr(error, 'error', None)}: {error}")


class AwaitingHandler(BaseHandler):
    async def get(self) -> None:
        if not self.get_argument("state", None):
            await self.begin()
            return
        try:
            self.write(await self.get_oauth2_tokens(**self.settings["exchanged"]))
        except AuthError as error:
            self.show_error(error)


class CallbackHandler(BaseHandler):
    @tornado.web.asynchronous
    def get(self) -> None:
        if not self.get_argument("state", None):
            self.begin()
            return
        self.get_oauth2_tokens(callback=self._on_tokens, **self.settings["exchanged"])

    def _on_tokens(self, tokens: dict[str, Any] | None) -> None:
        if tokens is None:
            self.set_status(403)
            self.finish("failed, see the log")
        else:
            self.finish(tokens)


class RefreshHandler(BaseHandler):
    async def post(self) -> None:
        try:
            self.write(await self.refresh_oauth2_tokens(self.get_argument("token")))
        except ProviderError as error:
            self.show_error(error)


class ClassicRefreshHandler(BaseHandler):
    @tornado.web.asynchronous
    def post(self) -> None:
        self.refresh_oauth2_tokens(self.get_argument("token"), callback=self._on_tokens)

    def _on_tokens(self, tokens: dict[str, Any] | None) -> None:
        self.set_status(200 if tokens else 403)
        self.finish(tokens or "failed, see the log")


class RevokeHandler(BaseHandler):
    async def post(self) -> None:
        await self.revoke_oauth2_token(self.get_argument("token"))


GENERATIONS = {
    "await": (AwaitingHandler, RefreshHandler),
    "callback": (CallbackHandler, ClassicRefreshHandler),
}


@pytest.fixture(params=list(GENERATIONS))
def generation(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def start(site: Any, node_provider: Any) -> Callable[..., Any]:
    """Run a site that signs in at oidc-provider: ``start(generation, metadata of the client)``."""

    def start(generation: str, made: Callable[..., dict[str, Any]], **options: Any) -> Any:
        login, refresh = GENERATIONS[generation]
        configured = options.pop("configured", {})
        running = site(
            [("/login", login), ("/refresh", refresh), ("/revoke", RevokeHandler)],
            cookie_secret="c" * 40,
            asked=options,
            exchanged={},
        )
        metadata = made(f"{running.url}/login")
        node_provider.configure(metadata, **configured)
        running.application.settings.update(
            url=lambda: running.url,
            npm_oauth={
                "key": metadata["client_id"],
                "secret": metadata.get("client_secret"),
            },
        )
        BaseHandler.oauth2_provider = provider_of(node_provider)
        return running

    return start


def provider_of(node_provider: Any, **changes: Any) -> OAuth2Provider:
    issuer = node_provider.issuer
    return OAuth2Provider(
        name="npm",
        issuer=issuer,
        sends_issuer=True,
        authorize_url=f"{issuer}/auth",
        token_url=f"{issuer}/token",
        revocation_url=f"{issuer}/token/revocation",
        **changes,
    )


def sign_in(running: Any, browser: Any) -> Any:
    """Sign in and return the answer to the browser."""
    return browser.open(browser.visit(f"{running.url}/login", until=f"{running.url}/login?"))


def tokens_of(page: Any) -> dict[str, Any]:
    assert page.status == 200, page.text
    return json.loads(page.text)


def test_the_secret_is_form_encoded_inside_basic(
    start: Any, node_provider: Any, client: Any, browser: Any, generation: str
) -> None:
    running = start(generation, client, scope=SCOPE)
    assert tokens_of(sign_in(running, browser))["access_token"]
    [request] = node_provider.requests("/token")
    sent = base64.b64decode(request.headers["authorization"].removeprefix("Basic ")).decode()
    secret = client("http://127.0.0.1/")["client_secret"]
    assert {"+", "%", "&", ":"} <= set(secret)
    assert sent == f"web:{urllib.parse.quote_plus(secret)}"
    assert "client_secret" not in request.body


def test_one_client_authentication_method_where_the_secret_is_in_the_form(
    start: Any, node_provider: Any, client: Any, browser: Any, generation: str
) -> None:
    def posting(*addresses: str) -> dict[str, Any]:
        return client(*addresses, token_endpoint_auth_method="client_secret_post")

    running = start(generation, posting, scope=SCOPE)
    BaseHandler.oauth2_provider = provider_of(
        node_provider, client_authentication="client_secret_post"
    )
    assert tokens_of(sign_in(running, browser))["access_token"]
    [request] = node_provider.requests("/token")
    assert "authorization" not in request.headers
    assert "client_secret=" in request.body


def test_the_verifier_travels_to_the_token_endpoint_only(
    start: Any, node_provider: Any, client: Any, browser: Any, generation: str
) -> None:
    running = start(generation, client, scope=SCOPE)
    tokens_of(sign_in(running, browser))
    [exchanged] = node_provider.requests("/token")
    form = dict(urllib.parse.parse_qsl(exchanged.body))
    [asked] = node_provider.requests("/auth")
    assert "code_challenge_method=S256" in asked.url
    assert not [url for url in browser.history if form["code_verifier"] in url]
    assert not [
        each for each in node_provider.requests("/auth") if form["code_verifier"] in each.url
    ]


def test_two_sign_ins_have_two_verifiers_and_two_states(
    start: Any, node_provider: Any, client: Any, browser: Any, generation: str
) -> None:
    running = start(generation, client, scope=SCOPE)
    for _ in range(2):
        tokens_of(sign_in(running, browser))
    forms = [dict(urllib.parse.parse_qsl(each.body)) for each in node_provider.requests("/token")]
    assert len({form["code_verifier"] for form in forms}) == 2
    begun = [urllib.parse.urlsplit(each.url).query for each in node_provider.requests("/auth")]
    states = {dict(urllib.parse.parse_qsl(query)).get("state") for query in begun} - {None}
    assert len(states) == 2


def test_a_wrong_verifier_gets_nothing_and_is_tried_once(
    start: Any, node_provider: Any, client: Any, browser: Any, generation: str
) -> None:
    challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"  # RFC 7636, appendix B
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    own = {"code_challenge": challenge, "code_challenge_method": "S256"}
    running = start(generation, client, scope=SCOPE, extra_params=own)
    running.application.settings["exchanged"]["code_verifier"] = verifier[::-1]
    assert sign_in(running, browser).status == 403
    assert len(node_provider.requests("/token")) == 1

    running.application.settings["exchanged"]["code_verifier"] = verifier
    assert tokens_of(sign_in(running, browser))["access_token"]


def test_an_answer_counts_once(
    start: Any, node_provider: Any, client: Any, browser: Any, generation: str
) -> None:
    running = start(generation, client, scope=SCOPE)
    back = browser.visit(f"{running.url}/login", until=f"{running.url}/login?")
    assert browser.open(back).status == 200
    assert browser.open(back).status == 403
    assert len(node_provider.requests("/token")) == 1


def test_an_answer_is_refused_in_another_browser(
    start: Any,
    node_provider: Any,
    client: Any,
    browser: Any,
    another_browser: Any,
    generation: str,
) -> None:
    running = start(generation, client, scope=SCOPE)
    back = browser.visit(f"{running.url}/login", until=f"{running.url}/login?")
    assert another_browser.open(back).status == 403
    assert node_provider.requests("/token") == []


def test_pkce_is_sent_where_the_provider_does_not_ask_for_it(
    start: Any, node_provider: Any, client: Any, browser: Any, generation: str
) -> None:
    running = start(generation, client, scope=SCOPE, configured={"pkceRequired": False})
    assert tokens_of(sign_in(running, browser))["access_token"]
    assert "code_verifier=" in node_provider.requests("/token")[0].body


def test_a_public_client_signs_in_without_a_secret(
    start: Any, node_provider: Any, public_client: Any, browser: Any, generation: str
) -> None:
    running = start(generation, public_client, scope=SCOPE)
    assert tokens_of(sign_in(running, browser))["access_token"]
    [request] = node_provider.requests("/token")
    assert "authorization" not in request.headers
    assert "client_id=public" in request.body


def test_offline_access_is_dropped_unless_consent_is_asked_for(
    start: Any, client: Any, browser: Any, another_browser: Any, generation: str
) -> None:
    running = start(generation, client, scope=OFFLINE)
    assert "refresh_token" not in tokens_of(sign_in(running, browser))
    running.application.settings["asked"]["extra_params"] = {"prompt": "consent"}
    assert "refresh_token" in tokens_of(sign_in(running, another_browser))


@pytest.mark.parametrize("kind", ["client", "public_client"])
def test_a_refresh_token_rotates_for_public_clients_only(
    start: Any, browser: Any, generation: str, kind: str, request: pytest.FixtureRequest
) -> None:
    made = request.getfixturevalue(kind)
    running = start(generation, made, scope=OFFLINE, extra_params={"prompt": "consent"})
    first = tokens_of(sign_in(running, browser))
    second = tokens_of(browser.request(f"{running.url}/refresh", {"token": first["refresh_token"]}))
    assert second["access_token"] != first["access_token"]
    has_rotated = second["refresh_token"] != first["refresh_token"]
    assert has_rotated == (kind == "public_client")
    if has_rotated:
        third = browser.request(f"{running.url}/refresh", {"token": second["refresh_token"]})
        assert tokens_of(third)["access_token"] != second["access_token"]


def test_a_revoked_refresh_token_is_refused(start: Any, client: Any, browser: Any) -> None:
    running = start("await", client, scope=OFFLINE, extra_params={"prompt": "consent"})
    token = tokens_of(sign_in(running, browser))["refresh_token"]
    assert browser.request(f"{running.url}/revoke", {"token": token}).status == 200
    page = browser.request(f"{running.url}/refresh", {"token": token})
    assert page.status == 403
    assert page.text.startswith("invalid_grant")
    assert token not in page.text


def test_a_refusal_is_an_error_with_what_the_provider_said(
    start: Any, client: Any, browser: Any
) -> None:
    running = start("await", client, scope=SCOPE)
    back = browser.visit(f"{running.url}/login", until=f"{running.url}/login?", decision="abort")
    page = browser.open(back)
    assert page.status == 403
    assert page.text.startswith("access_denied")
    assert "the end user has refused" in page.text
