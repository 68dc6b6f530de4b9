"""How a client proves who it is in a request: in one way, never in two (RFC 6749 section 2.3)."""

from __future__ import annotations

import base64
import secrets
import time
from typing import TYPE_CHECKING
from urllib.parse import quote_plus

from .._errors import AuthError

if TYPE_CHECKING:
    from ._provider import Client, OAuth2Provider

_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

#: Seconds for which an assertion is good.
_LIFETIME = 60


def authenticate(
    client: Client, provider: OAuth2Provider, form: dict[str, str], headers: dict[str, str]
) -> None:
    """Add the proof of a client to a request, by the method of the provider.

    A client without a secret and a key, or with the method ``none``, says its id only.

    :raises AuthError: the client has a key and the provider takes none, or the other way round.
    """
    method = provider.client_authentication
    if (method == "private_key_jwt") != (client.private_key is not None):
        raise AuthError(
            f"the client {client.id} must have a private_key, and no secret, if and only if the"
            f" client_authentication of {provider.name} is 'private_key_jwt', not {method!r}"
        )
    if client.secret and method == "client_secret_basic":
        headers["Authorization"] = f"Basic {_basic(client.id, client.secret)}"
        return
    form["client_id"] = client.id
    if client.private_key is not None:
        form["client_assertion_type"] = _ASSERTION_TYPE
        form["client_assertion"] = _assertion(client, provider)
    elif client.secret and method == "client_secret_post":
        form["client_secret"] = client.secret


def _basic(user: str, password: str) -> str:
    """Encode both as a form does, which Basic alone does not (RFC 6749 section 2.3.1)."""
    pair = f"{quote_plus(user)}:{quote_plus(password)}"
    return base64.b64encode(pair.encode("ascii")).decode("ascii")


def _assertion(client: Client, provider: OAuth2Provider) -> str:
    """Return a new assertion (RFC 7523 section 3, OpenID Connect Core section 9).

    Its audience is the issuer: a dishonest provider could name the token endpoint of another one
    as its own, and use the assertion there.
    """
    from joserfc import jwt

    key = client.private_key
    if key is None:
        raise AuthError(f"the client {client.id} has no private_key")
    now = int(time.time())
    claims = {
        "iss": client.id,
        "sub": client.id,
        "aud": provider.assertion_audience or provider.issuer or provider.token_url,
        "jti": secrets.token_urlsafe(16),
        "iat": now,
        "exp": now + _LIFETIME,
    }
    header = {"alg": key.algorithm, "kid": key.kid}
    return jwt.encode(header, claims, key.key, algorithms=[key.algorithm])
