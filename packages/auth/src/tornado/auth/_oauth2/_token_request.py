"""Requests to the endpoints that take a client's proof: token, revocation and pushed requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._errors import AuthError
from .._http import fetch, read_object
from ._client_authentication import authenticate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tornado.httpclient import AsyncHTTPClient, HTTPResponse

    from ._dpop import DPoPKey
    from ._provider import Client, OAuth2Provider


class ClientRequests:
    """Requests of a client to a provider.

    :param http_client: what sends them.
    :param dpop_key: the key that tokens are bound to, if they are.
    """

    def __init__(
        self,
        http_client: AsyncHTTPClient,
        provider: OAuth2Provider,
        client: Client,
        dpop_key: DPoPKey | None = None,
    ) -> None:
        self._http_client = http_client
        self._provider = provider
        self._client = client
        self._dpop_key = dpop_key

    async def request_tokens(self, parameters: Mapping[str, str]) -> dict[str, Any]:
        """Return the members of a token answer (RFC 6749 section 5.1); unknown ones are kept.

        :param parameters: the grant, without the client.
        :raises ProviderError: the provider refused.
        :raises AuthError: the answer has no access token, or is not within the limits.
        """
        what = "the token endpoint"
        response = await self.post(self._provider.token_url, what, parameters)
        tokens = read_object(response, what, self.secrets_of(parameters))
        if not isinstance(tokens.get("access_token"), str) or not tokens["access_token"]:
            raise AuthError("the answer of the token endpoint has no access_token")
        self._check_token_type(tokens)
        if self._provider.requires_subject and not isinstance(tokens.get("sub"), str):
            raise AuthError("the answer of the token endpoint does not say whose tokens they are")
        return tokens

    def _check_token_type(self, tokens: Mapping[str, Any]) -> None:
        """Refuse a token that is not bound to the key (RFC 9449 section 5)."""
        if self._dpop_key is not None and str(tokens.get("token_type")).lower() != "dpop":
            raise AuthError("the provider sent a token that is not bound to the key of the client")

    async def post(self, url: str, what: str, parameters: Mapping[str, str]) -> HTTPResponse:
        """Send parameters with the proof of the client, and return the response."""
        form, headers = dict(parameters), dict[str, str]()
        authenticate(self._client, self._provider.client_authentication, form, headers)
        if self._dpop_key is None:
            return await fetch(self._http_client, url, what=what, form=form, headers=headers)
        return await self._dpop_key.fetch(
            self._http_client, url, what=what, form=form, headers=headers
        )

    def secrets_of(self, parameters: Mapping[str, str]) -> list[str | None]:
        """Return what was sent and must not be in a message."""
        hidden = ("code", "code_verifier", "refresh_token", "token", "state", "nonce")
        return [self._client.secret, *(parameters.get(name) for name in hidden)]
