"""The check of a provider's tokens: header, key, signature, claims, in this order."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from .._errors import AuthError
from ._algorithms import ALGORITHMS
from ._encrypted import is_encrypted, open_token
from ._id_token import Audience, check_id_token, check_refreshed, time_of
from ._joserfc import import_secret, require_joserfc
from ._logout_token import check_logout_token
from ._tenants import check_key_of_tenant, issuer_of_tenant
from ._token import read_claims, read_header

if TYPE_CHECKING:
    from collections.abc import Mapping

    from joserfc.jwk import Key

    from tornado.httpclient import AsyncHTTPClient

    from ._algorithms import Algorithm
    from ._client import OpenIDConnectClient
    from ._id_token import SignIn
    from ._provider import Provider


class TokenChecker:
    """The check of tokens that a provider makes for a client.

    :param http_client: fetches the provider's documents when they are not there or too old.
    :raises AuthError: the library that checks signatures is not installed.
    """

    def __init__(
        self, provider: Provider, client: OpenIDConnectClient, http_client: AsyncHTTPClient
    ) -> None:
        require_joserfc()
        self._provider = provider
        self._client = client
        self._http_client = http_client
        self._decryption_keys = client.client_keys("enc")
        trusted = frozenset(client.trusted_audiences)
        self._audience = Audience(client.issuer, client.key, trusted, client.leeway)

    async def fetch_keys(self) -> None:
        """Fetch the provider's keys, unless they are there, or only the client's secret is used."""
        if any(not ALGORITHMS[name].is_shared for name in self._client.algorithms):
            await self._provider.fetch_keys(self._http_client)

    async def check_id_token(self, token: object, sign_in: SignIn) -> dict[str, Any]:
        """Return the claims of the id token of a sign-in (OpenID Connect Core section 3.1.3.7).

        :raises AuthError: the token is not a valid answer to this sign-in, or cannot be checked.
        """
        claims, algorithm, audience = await self._read(token, "the id token")
        check_id_token(claims, algorithm, audience, sign_in, time.time())
        return claims

    async def check_refreshed(
        self, token: object, original: Mapping[str, Any], access_token: str | None = None
    ) -> dict[str, Any]:
        """Return the claims of the id token of a refresh (section 12.2).

        :param original: the claims of the sign-in.
        :raises AuthError: it is another user's, or not valid itself.
        """
        claims, algorithm, audience = await self._read(token, "the id token")
        check_refreshed(claims, original, algorithm, audience, time.time(), access_token)
        return claims

    async def check_logout_token(self, token: object) -> tuple[dict[str, Any], str, float]:
        """Check a logout token (Back-Channel Logout section 2.6), but not whether it came before.

        :returns: its claims, its id, and for how many seconds the id has to be remembered.
        :raises AuthError: it is not a logout token for this client.
        """
        what, now = "the logout token", time.time()
        claims, _, audience = await self._read(token, what, "logout+jwt")
        token_id = check_logout_token(claims, audience, now)
        return claims, token_id, time_of(claims, "exp", what) + audience.leeway - now

    async def _read(
        self, token: object, what: str, type: str = "jwt"
    ) -> tuple[dict[str, Any], Algorithm, Audience]:
        if token is None:
            raise AuthError(f"{what} is missing")
        signed = self._open(token, what)
        header = read_header(signed, self._client.algorithms, what, type)
        key = await self._key(header.kid, header.algorithm)
        claims = read_claims(str(signed), key, header.algorithm, what)
        audience = self._audience
        if self._client.tenants:
            audience = await self._audience_of_tenant(claims, key, what)
        return claims, header.algorithm, audience

    def _open(self, token: object, what: str) -> object:
        """Return the signed token: an encrypted one where the client is registered for that, and only there."""
        keys = self._decryption_keys
        if not is_encrypted(token):
            if keys:
                raise AuthError(f"{what} is not encrypted, though the client has decryption_keys")
            return token
        if not keys:
            raise AuthError(
                f"{what} is encrypted: set decryption_keys of the client, or register it without"
                " id_token_encrypted_response_alg"
            )
        return open_token(str(token), keys, what)

    async def _audience_of_tenant(self, claims: Mapping[str, Any], key: Key, what: str) -> Audience:
        """Return what a token must say where the issuer is that of an allowed tenant."""
        template = (await self._provider.metadata(self._http_client)).issuer_template
        if template is None:
            return self._audience
        issuer = issuer_of_tenant(template, claims, self._client.tenants, what)
        check_key_of_tenant(key, template, issuer, what)
        return replace(self._audience, issuer=issuer)

    async def _key(self, kid: str | None, algorithm: Algorithm) -> Key:
        if not algorithm.is_shared:
            return await self._provider.key(self._http_client, kid, algorithm)
        if not self._client.secret:
            raise AuthError(f"{algorithm.name} needs a client secret, and there is none")
        return import_secret(self._client.secret, algorithm)
