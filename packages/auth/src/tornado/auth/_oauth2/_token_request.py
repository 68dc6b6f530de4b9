"""Requests to the endpoints that take a client's proof: token, revocation and pushed requests."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tornado.util import shortened

from .._errors import AuthError
from .._http import fetch, read_object
from ._client_authentication import authenticate
from ._dpop import wants_nonce

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tornado.httpclient import AsyncHTTPClient, HTTPResponse

    from ._dpop import DPoPKey
    from ._provider import Client, OAuth2Provider


#: VSCHAR: what tokens consist of (RFC 6749 sections A.12 and A.17).
_PRINTABLE = re.compile(r"[\x20-\x7e]+")


def is_printable(value: object) -> bool:
    """Tell whether a value is text of printable ASCII, as tokens and references are."""
    return isinstance(value, str) and _PRINTABLE.fullmatch(value) is not None


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
        self._assertions: list[str | None] = []

    async def request_tokens(self, parameters: Mapping[str, str]) -> dict[str, Any]:
        """Return the members of a token answer (RFC 6749 section 5.1); unknown ones are kept.

        :param parameters: the grant, without the client.
        :raises ProviderError: the provider refused.
        :raises AuthError: the answer has no access token, or one of a type that is not known here, or
            is not within the limits.
        """
        what = "the token endpoint"
        response = await self.post(self._provider.token_url, what, parameters)
        tokens = read_object(response, what, self.secrets_of(parameters))
        if not is_printable(tokens.get("access_token")):
            raise AuthError("the answer of the token endpoint has no access_token")
        if tokens.get("refresh_token") is not None and not is_printable(tokens["refresh_token"]):
            raise AuthError("the refresh_token of the token endpoint is not printable ASCII")
        self._check_token_type(tokens)
        if self._provider.requires_subject and not is_printable(tokens.get("sub")):
            raise AuthError("the answer of the token endpoint does not say whose tokens they are")
        return tokens

    def _check_token_type(self, tokens: Mapping[str, Any]) -> None:
        """Refuse a token that is not bound to the key (RFC 9449 section 5), or of a type not known here.

        Without a key it is ``Bearer`` (RFC 6749 section 7.1). Some providers do not say so.
        """
        token_type = tokens.get("token_type")
        if self._dpop_key is not None:
            if str(token_type).lower() != "dpop":
                raise AuthError(
                    "the provider sent a token that is not bound to the key of the client"
                )
        elif token_type is not None and str(token_type).lower() != "bearer":
            raise AuthError(
                f"the token_type of the token endpoint is {shortened(str(token_type))}, not Bearer"
            )

    async def post(self, url: str, what: str, parameters: Mapping[str, str]) -> HTTPResponse:
        """Send parameters with the proof of the client, and return the response.

        If the server wants its nonce in the proof of a key, all is made anew: an assertion counts once.
        """
        response = await self._send(url, what, parameters)
        if self._dpop_key is not None and wants_nonce(response):
            response = await self._send(url, what, parameters)
        return response

    async def _send(self, url: str, what: str, parameters: Mapping[str, str]) -> HTTPResponse:
        form, headers = dict(parameters), dict[str, str]()
        authenticate(self._client, self._provider, form, headers)
        self._assertions.append(form.get("client_assertion"))
        if self._dpop_key is None:
            return await fetch(self._http_client, url, what=what, form=form, headers=headers)
        return await self._dpop_key.send(
            self._http_client, url, what=what, form=form, headers=headers
        )

    def secrets_of(self, parameters: Mapping[str, str]) -> list[str | None]:
        """Return what was sent and must not be in a message."""
        hidden = ("code", "code_verifier", "refresh_token", "token", "state", "nonce")
        return [
            self._client.secret,
            *self._assertions,
            *(parameters.get(name) for name in hidden),
        ]
