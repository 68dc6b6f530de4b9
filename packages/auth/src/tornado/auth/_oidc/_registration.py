"""Which providers of OpenID Connect a handler asks, and what is known of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tornado.util import shortened

from .._errors import AuthError
from .._handler import handler_of
from .._oauth2._mixin import OAuth2Mixin
from .._oauth2._provider import Client, OAuth2Provider
from ._checker import TokenChecker
from ._client import OpenIDConnectClient
from ._provider import provider_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ._metadata import ProviderMetadata

#: The setting of the application with its clients.
SETTING = "oidc"


class OpenIDConnectRegistration(OAuth2Mixin):
    """The clients of a handler, one for each provider, and the documents of these providers."""

    def get_oidc_clients(self) -> Sequence[OpenIDConnectClient]:
        """Return the clients whose answers come to this handler, the one to use by default first.

        By default they are those of the setting ``oidc``, which is one client or a list of them.
        Override to choose others.

        :raises AuthError: the setting is missing, or is not right.

        .. versionadded:: 1.0
        """
        value = handler_of(self).settings.get(SETTING)
        if not value:
            raise AuthError("signing in by OpenID Connect needs the setting oidc")
        values = value if isinstance(value, list | tuple) else [value]
        return [OpenIDConnectClient.from_setting(each) for each in values]

    def get_oauth2_provider(self) -> OAuth2Provider:
        """Return the provider that was asked last; it is known after a method of this class asked it.

        The methods here do not use it: they may run at the same time, for several providers.
        """
        known = list(self._known().values())
        return self._as_oauth2(known[-1]) if known else self.get_oauth2_providers()[0]

    def get_oauth2_providers(self) -> Sequence[OAuth2Provider]:
        """Return the providers of all clients; those not asked yet have their names only."""
        known = self._known()
        return [
            self._as_oauth2(known[client.issuer])
            if client.issuer in known
            else OAuth2Provider(
                name=client.issuer,
                issuer=client.issuer,
                authorize_url="",
                token_url="",
                redirect_uri=client.redirect_uri,
            )
            for client in self.get_oidc_clients()
        ]

    def _oidc_client(self, issuer: str | None = None) -> OpenIDConnectClient:
        """Return the client of an issuer; the first without one.

        :raises AuthError: there is no such client.
        """
        clients = self.get_oidc_clients()
        for client in clients:
            if issuer is None or client.is_client_of(issuer):
                return client
        name = shortened(issuer or "")[1:-1]  # a token that was not checked may have claimed it
        raise AuthError(f"this handler has no client of {name}")

    async def _discover(self, issuer: str) -> ProviderMetadata:
        """Return the metadata of a provider, and keep it for this request."""
        provider = provider_of(handler_of(self), issuer)
        metadata = await provider.metadata(self._http_client())
        return self._keep(metadata)

    def _keep(self, metadata: ProviderMetadata) -> ProviderMetadata:
        tenants, template = self._oidc_client(metadata.issuer).tenants, metadata.issuer_template
        if template is not None and not tenants:
            raise AuthError(
                f"{metadata.issuer} is for several tenants: set tenants of the client to the ids of"
                ' those that may sign in, or to ["*"]'
            )
        if tenants and template is None:
            raise AuthError(f"{metadata.issuer} is not for several tenants: leave tenants out")
        known = self._known()
        known.pop(metadata.issuer, None)  # the last one is the one that is asked
        known[metadata.issuer] = metadata
        return metadata

    def _known(self) -> dict[str, ProviderMetadata]:
        """Return what has been found during this request, by issuer."""
        known: dict[str, ProviderMetadata] = self.__dict__.setdefault("_oidc_metadata", {})
        return known

    def _as_oauth2(self, metadata: ProviderMetadata) -> OAuth2Provider:
        client = self._oidc_client(metadata.issuer)
        method = {} if client.private_key is None else {"client_authentication": "private_key_jwt"}
        return OAuth2Provider.from_metadata(
            metadata.document,
            redirect_uri=client.redirect_uri,
            scope=client.scope,
            uses_dpop=client.uses_dpop,
            assertion_audience=client.assertion_audience,
            **method,
        )

    def _find_client(
        self, provider: OAuth2Provider, client_id: str | None, client_secret: str | None
    ) -> Client | None:
        registered = self._oidc_client(provider.issuer)
        if client_id not in (None, registered.key):
            raise AuthError(
                "the client id is not the one of get_oidc_clients(), for which tokens must be"
            )
        keys = registered.client_keys("sig")
        secret = client_secret or registered.secret
        return Client(registered.key, secret, keys[0] if keys else None)

    def _checker(self, client: OpenIDConnectClient) -> TokenChecker:
        provider = provider_of(handler_of(self), client.issuer)
        return TokenChecker(provider, client, self._http_client())

    def _settings_key(self, provider: OAuth2Provider) -> str:
        return SETTING
