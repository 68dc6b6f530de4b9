"""Signing in: the way to a provider, and the way back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from handlers import BaseHandler
from sessions import User, user_of_github

from tornado.auth import (
    AuthError,
    OAuth2Mixin,
    OAuth2Provider,
    OpenIDConnectClient,
    OpenIDConnectMixin,
    ProviderError,
    github,
)

if TYPE_CHECKING:
    from providers import Provider


class WithProvider(BaseHandler):
    """A handler that belongs to one provider."""

    def initialize(self, provider: Provider) -> None:
        self.provider = provider

    @property
    def callback(self) -> str:
        """Where the browser comes back, as the provider knows it."""
        return f"{self.settings['site']}/sign-in/{self.provider.name}/callback"

    def show_failure(self, error: AuthError) -> None:
        """Say why nobody was signed in."""
        if isinstance(error, ProviderError) and error.error == "access_denied":
            self.go_home("refused")
            return
        self.set_status(403)
        self.render("error.html", title="Nobody was signed in", reason=f"{error}.")


class OpenIDHandler(WithProvider, OpenIDConnectMixin):
    """A handler of a provider of OpenID Connect."""

    def get_oidc_clients(self) -> list[OpenIDConnectClient]:
        return [client_of(self.provider)]


def client_of(provider: Provider) -> OpenIDConnectClient:
    """Return what this site is at a provider."""
    return OpenIDConnectClient(
        issuer=provider.issuer,
        key=provider.client_id,
        secret=provider.client_secret,
        scope=provider.scope,
    )


class SignInHandler(OpenIDHandler):
    """Sends the browser to the provider."""

    async def post(self) -> None:
        try:
            await self.authorize_redirect(self.callback)
        except AuthError as error:
            self.show_failure(error)


class CallbackHandler(OpenIDHandler):
    """Takes the answer that the browser brings."""

    async def get(self) -> None:
        try:
            claims = await self.get_authenticated_user()
        except AuthError as error:
            self.show_failure(error)
            return
        name = claims.get("name") or claims.get("preferred_username") or claims["sub"]
        user = User(
            self.provider,
            claims["sub"],
            name,
            claims.get("email"),
            claims.get("email_verified") is True,
            claims,
        )
        self.begin_session(user)
        self.go_home()


class GitHubBaseHandler(WithProvider, OAuth2Mixin):
    """A handler of GitHub, which has OAuth 2 without id tokens: it is asked who the user is."""

    def get_oauth2_provider(self) -> OAuth2Provider:
        return github(self.provider.site, self.provider.api)

    @property
    def client(self) -> dict[str, Any]:
        """The arguments that say who this site is."""
        return {
            "client_id": self.provider.client_id,
            "client_secret": self.provider.client_secret,
        }


class GitHubHandler(GitHubBaseHandler):
    """Sends the browser to GitHub."""

    def post(self) -> None:
        try:
            self.authorize_redirect(self.callback, scope=self.provider.scope, **self.client)
        except AuthError as error:
            self.show_failure(error)


class GitHubCallbackHandler(GitHubBaseHandler):
    """Takes the answer that the browser brings, and asks GitHub whose token it is."""

    async def get(self) -> None:
        try:
            tokens = await self.get_oauth2_tokens(**self.client)
            url = self.get_oauth2_provider().userinfo_url
            found = await self.oauth2_request(url, access_token=tokens["access_token"])
            user = user_of_github(self.provider, found)
        except AuthError as error:
            self.show_failure(error)
            return
        self.begin_session(user)
        self.go_home()
