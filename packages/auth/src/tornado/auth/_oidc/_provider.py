"""A provider's documents, fetched once an hour for everybody, and once more for an unknown key."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, cast

from tornado.util import shortened

from .._errors import AuthError
from .._http import fetch, read_object
from ._keys import MAX_SET_SIZE, KeySet
from ._metadata import MAX_DOCUMENT_SIZE, ProviderMetadata, discovery_address
from ._shared import SharedValue

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from joserfc.jwk import Key

    from tornado.httpclient import AsyncHTTPClient

    from .._handler import AuthHandler
    from ._algorithms import Algorithm

#: Seconds for which documents are kept.
LIFETIME = 3600.0

#: Seconds from one request for keys to the next: anybody can send tokens with made-up ids of keys.
MIN_KEYS_INTERVAL = 10.0

#: The setting of the application that holds its providers.
SETTING = "auth_providers"

_MAX_PROVIDERS = 1000


class Provider:
    """A provider of OpenID Connect, named by its issuer.

    :param issuer: exactly as the provider writes it.
    :param clock: seconds that never go back.
    """

    def __init__(self, issuer: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.issuer = issuer
        self._metadata: SharedValue[ProviderMetadata] = SharedValue(LIFETIME, clock)
        self._keys: SharedValue[KeySet] = SharedValue(LIFETIME, clock)

    async def metadata(self, client: AsyncHTTPClient) -> ProviderMetadata:
        """Return what the provider says about itself.

        :raises AuthError: there is no document, or it is not this issuer's.
        """
        return await self._metadata.get(lambda: self._fetch_metadata(client))

    def kept_metadata(self) -> ProviderMetadata | None:
        """Return the metadata if they have been fetched."""
        return self._metadata.kept()

    async def fetch_keys(self, client: AsyncHTTPClient) -> KeySet:
        """Return the keys, fetched if they are not there or too old."""
        return await self._keys.get(lambda: self._fetch_keys(client))

    async def key(self, client: AsyncHTTPClient, kid: str | None, algorithm: Algorithm) -> Key:
        """Return the key of a signature.

        For an unknown one the set is fetched once more, because providers change keys (OpenID Connect
        Core section 10.1.1), though not within :data:`MIN_KEYS_INTERVAL` of the last time. A fetch
        that is under way is waited for.

        :raises AuthError: the provider has no such key, or it is not clear which.
        """
        keys = await self.fetch_keys(client)
        key = keys.find(kid, algorithm)
        if key is None and self._may_renew_keys():
            keys = await self._keys.renew(lambda: self._fetch_keys(client))
            key = keys.find(kid, algorithm)
        if key is None:
            name = "without a kid" if kid is None else f"named {shortened(kid)}"
            raise AuthError(f"{self.issuer} has no single key for {algorithm.name} {name}")
        return key

    def _may_renew_keys(self) -> bool:
        return (
            self._keys.is_being_fetched() or self._keys.seconds_since_fetch() >= MIN_KEYS_INTERVAL
        )

    async def _fetch_metadata(self, client: AsyncHTTPClient) -> ProviderMetadata:
        address = discovery_address(self.issuer)
        document = await _document(client, address, "the discovery document", MAX_DOCUMENT_SIZE)
        return ProviderMetadata.parse(document, self.issuer)

    async def _fetch_keys(self, client: AsyncHTTPClient) -> KeySet:
        address = (await self.metadata(client)).jwks_uri
        return KeySet.parse(await _document(client, address, "the JWK Set", MAX_SET_SIZE))


async def _document(
    client: AsyncHTTPClient, address: str, what: str, max_size: int
) -> dict[str, Any]:
    return read_object(await fetch(client, address, what=what, max_size=max_size), what)


def provider_of(handler: AuthHandler, issuer: str) -> Provider:
    """Return the provider of an issuer, one for each application."""
    providers = cast("dict[str, Provider]", handler.settings.setdefault(SETTING, {}))
    if issuer not in providers:
        if len(providers) >= _MAX_PROVIDERS:
            del providers[next(iter(providers))]
        providers[issuer] = Provider(issuer)
    return providers[issuer]
