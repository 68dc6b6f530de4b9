"""A site that signs in by OAuth 2, in both generations."""

from __future__ import annotations

from typing import Any

import pytest

from tornado.auth import AuthError, OAuth2Mixin, OAuth2Provider
from tornado.web import RequestHandler, asynchronous

COOKIE_SECRET = "a secret of the tests"


def provider_of(issuer: str, /, **changes: Any) -> OAuth2Provider:
    """Return oidc-provider as a provider of OAuth 2."""
    return OAuth2Provider(
        **{
            "name": "node",
            "authorize_url": f"{issuer}/auth",
            "token_url": f"{issuer}/token",
            "revocation_url": f"{issuer}/token/revocation",
            "userinfo_url": f"{issuer}/me",
            "issuer": issuer,
            "sends_issuer": True,
            "scope": ("openid", "email"),
            **changes,
        }
    )


class LoginHandler(RequestHandler, OAuth2Mixin):
    """Sign in, and show the tokens, or the error."""

    def initialize(self, provider: OAuth2Provider) -> None:
        self.oauth2_provider = provider

    async def get(self) -> None:
        if not self.request.query_arguments.keys() & {"state", "code", "error"}:
            await self.authorize_redirect(
                self.request.full_url().partition("?")[0], next=self.get_argument("next", None)
            )
            return
        try:
            tokens = await self.get_oauth2_tokens()
        except AuthError as error:
            self.set_status(403)
            self.write({"kind": type(error).__name__, "message": str(error)})
            return
        self.write({"tokens": tokens, "next": self.auth_transaction.next})


class ClassicLoginHandler(LoginHandler):
    """The same with callbacks: an error is None."""

    @asynchronous
    def get(self) -> None:
        if not self.request.query_arguments.keys() & {"state", "code", "error"}:
            self.authorize_redirect(
                self.request.full_url().partition("?")[0], next=self.get_argument("next", None)
            )
            return
        self.get_oauth2_tokens(self.on_tokens)

    def on_tokens(self, tokens: dict[str, Any] | None) -> None:
        if tokens is None:
            self.set_status(403)
            self.finish({"kind": "None", "message": ""})
        else:
            self.finish({"tokens": tokens, "next": self.auth_transaction.next})


@pytest.fixture
def make_provider() -> Any:
    return provider_of


@pytest.fixture
def settings() -> dict[str, Any]:
    return {"cookie_secret": COOKIE_SECRET}


@pytest.fixture(params=[LoginHandler, ClassicLoginHandler], ids=["async", "callback"])
def handler_class(request: Any) -> Any:
    return request.param


@pytest.fixture
def login_handler() -> Any:
    return LoginHandler


@pytest.fixture
def signing_in(
    site: Any, node_provider: Any, client: Any, handler_class: Any, settings: Any
) -> Any:
    """A site that asks oidc-provider: ``login`` is its address, ``provider`` what it asks."""
    provider = provider_of(node_provider.issuer)
    registered = client("http://127.0.0.1:1/placeholder")
    running = site(
        [("/login", handler_class, {"provider": provider})],
        node_oauth={"key": registered["client_id"], "secret": registered["client_secret"]},
        **settings,
    )
    running.login = f"{running.url}/login"
    running.provider = provider
    node_provider.configure(client(running.login))
    return running
