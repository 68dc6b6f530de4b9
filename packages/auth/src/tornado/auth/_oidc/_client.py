"""A client of a provider: who it is there, and how it checks the provider's tokens."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from .._errors import AuthError
from ._algorithms import ALGORITHMS
from ._id_token import MAX_LEEWAY, Audience, check_id_token, check_refreshed
from ._joserfc import import_secret, require_joserfc
from ._logout_token import check_logout_token
from ._token import read_claims, read_header

if TYPE_CHECKING:
    from collections.abc import Mapping

    from joserfc.jwk import Key

    from tornado.httpclient import AsyncHTTPClient

    from ._algorithms import Algorithm
    from ._id_token import SignIn
    from ._provider import Provider


@dataclass(frozen=True, kw_only=True)
class Client:
    """This application as a provider knows it.

    :raises AuthError: an option has a value that it must not have.
    """

    provider: Provider
    client_id: str
    client_secret: str | None = None
    #: Those that the client was registered with (``id_token_signed_response_alg``); RS256 is the default
    #: of OpenID Connect Dynamic Client Registration section 2.
    algorithms: tuple[str, ...] = ("RS256",)
    #: Seconds by which the clocks may differ, up to :data:`MAX_LEEWAY`.
    leeway: float = 60
    #: Audiences beside the client that a token may name.
    trusted_audiences: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in self.algorithms:
            if name not in ALGORITHMS:
                known = ", ".join(ALGORITHMS)
                raise AuthError(f"{name!r} is not an algorithm for id tokens; there are {known}")
        if not 0 <= self.leeway <= MAX_LEEWAY:
            raise AuthError(f"the leeway must be 0 to {MAX_LEEWAY} seconds, not {self.leeway!r}")

    @cached_property
    def audience(self) -> Audience:
        """Who tokens must come from, and for whom they must be."""
        trusted = frozenset(self.trusted_audiences)
        return Audience(self.provider.issuer, self.client_id, trusted, self.leeway)

    async def check_id_token(
        self, http: AsyncHTTPClient, token: object, sign_in: SignIn
    ) -> dict[str, Any]:
        """Return the claims of the id token of a sign-in (OpenID Connect Core section 3.1.3.7).

        :param http: fetches the provider's documents when they are not there or too old.
        :raises AuthError: the token is not a valid answer to this sign-in, or cannot be checked.
        """
        claims, algorithm = await self._read(http, token, "the id token")
        check_id_token(claims, algorithm, self.audience, sign_in, time.time())
        return claims

    async def check_refreshed(
        self,
        http: AsyncHTTPClient,
        token: object,
        original: Mapping[str, Any],
        access_token: str | None = None,
    ) -> dict[str, Any]:
        """Return the claims of the id token of a refresh (section 12.2).

        :param original: the claims of the sign-in.
        :raises AuthError: it is another user's, or not valid itself.
        """
        claims, algorithm = await self._read(http, token, "the id token")
        now = time.time()
        check_refreshed(claims, original, algorithm, self.audience, now, access_token)
        return claims

    async def check_logout_token(
        self, http: AsyncHTTPClient, token: object
    ) -> tuple[dict[str, Any], str]:
        """Return the claims and the id of a logout token (Back-Channel Logout section 2.6).

        :raises AuthError: it is not a logout token for this client.
        """
        claims, _ = await self._read(http, token, "the logout token", "logout+jwt")
        return claims, check_logout_token(claims, self.audience, time.time())

    async def _read(
        self, http: AsyncHTTPClient, token: object, what: str, type: str = "jwt"
    ) -> tuple[dict[str, Any], Algorithm]:
        require_joserfc()
        if token is None:
            raise AuthError(f"{what} is missing")
        header = read_header(token, self.algorithms, what, type)
        key = await self._key(http, header.kid, header.algorithm)
        return read_claims(str(token), key, header.algorithm, what), header.algorithm

    async def _key(self, http: AsyncHTTPClient, kid: str | None, algorithm: Algorithm) -> Key:
        if not algorithm.is_shared:
            return await self.provider.key(http, kid, algorithm)
        if not self.client_secret:
            raise AuthError(f"{algorithm.name} needs a client secret, and there is none")
        return import_secret(self.client_secret, algorithm)
