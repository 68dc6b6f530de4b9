"""Which providers a handler asks, what the program is called there, and how requests are sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from tornado.httpclient import AsyncHTTPClient

from .._client_keys import ClientKey
from .._endpoints import endpoint, optional_endpoint
from .._errors import AuthError
from .._handler import handler_of
from ._own_exchange import CheckingClient
from ._provider import Client, OAuth2Provider, with_settings

if TYPE_CHECKING:
    from collections.abc import Sequence


class Registration:
    """The providers of a handler, and what the program is called there."""

    #: The provider, instead of the classic class attributes.
    #:
    #: .. versionadded:: 1.0
    oauth2_provider: OAuth2Provider | None = None

    #: False in a program that sends the browser to the provider without ``authorize_redirect``, and checks
    #: by itself that the answer belongs to this browser.
    _OAUTH_CHECK_STATE = True

    def get_oauth2_provider(self) -> OAuth2Provider:
        """Return the provider to ask. Override to choose one of several.

        .. versionadded:: 1.0
        """
        if self.oauth2_provider is not None:
            return with_settings(self, self.oauth2_provider)
        return OAuth2Provider(
            name=type(self).__name__,
            authorize_url=endpoint(self, "_OAUTH_AUTHORIZE_URL"),
            token_url=optional_endpoint(self, "_OAUTH_ACCESS_TOKEN_URL") or "",
            issuer=optional_endpoint(self, "_OAUTH_ISSUER"),
            client_authentication="client_secret_post",
        )

    def get_oauth2_providers(self) -> Sequence[OAuth2Provider]:
        """Return all providers whose answers come to this handler. Override if there are several.

        The one that was asked gets the code. Those that do not send their issuer need a ``redirect_uri``
        each, with a path or a host of its own.

        .. versionadded:: 1.0
        """
        return (self.get_oauth2_provider(),)

    def get_auth_http_client(self) -> AsyncHTTPClient:
        """Return the client for requests to the provider. Override to use another one."""
        client = AsyncHTTPClient()
        if not self._OAUTH_CHECK_STATE:
            return client
        checking = CheckingClient(client, handler_of(self), self.get_oauth2_providers)
        return cast("AsyncHTTPClient", checking)

    def _http_client(self) -> AsyncHTTPClient:
        """Return the client for our own requests, which are checked already."""
        client = self.get_auth_http_client()
        return client.client if isinstance(client, CheckingClient) else client

    def _client(
        self, provider: OAuth2Provider, client_id: str | None, client_secret: str | None
    ) -> Client:
        client = self._find_client(provider, client_id, client_secret)
        if client is None:
            raise AuthError(f"pass client_id, or set {self._settings_key(provider)!r}")
        return client

    def _find_client(
        self, provider: OAuth2Provider, client_id: str | None, client_secret: str | None
    ) -> Client | None:
        """Return what the program is called at a provider: by the arguments, or by the settings."""
        registered = handler_of(self).settings.get(self._settings_key(provider)) or {}
        if client_id is None:
            client_id = registered.get("key")
        if client_id is None:
            return None
        private_key = None
        if client_secret is None and client_id == registered.get("key"):
            client_secret = registered.get("secret")
            private_key = self._private_key(registered.get("private_key"), provider)
        return Client(client_id, client_secret, private_key)

    def _private_key(self, value: Any, provider: OAuth2Provider) -> ClientKey | None:
        if value is None:
            return None
        what = f"private_key of {self._settings_key(provider)!r}"
        return ClientKey.from_setting(value, what, "sig")

    def _settings_key(self, provider: OAuth2Provider) -> str:
        key: str = getattr(self, "_OAUTH_SETTINGS_KEY", None) or f"{provider.name}_oauth"
        return key
