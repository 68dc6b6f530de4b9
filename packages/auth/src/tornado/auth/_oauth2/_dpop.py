"""Tokens that are bound to a key of the client: DPoP (RFC 9449).

Each request carries a proof of its own: a token that the key signs, with the method and the address
of the request. A server may want its latest nonce in it. It then refuses once and sends one, which is
kept for its origin.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

from tornado.util import BoundedCache

from .._extra import missing_extra
from .._http import MAX_ANSWER_SIZE, fetch

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tornado.httpclient import AsyncHTTPClient, HTTPResponse

    from .._handler import AuthHandler

#: The setting of the application that holds the nonces of all origins.
SETTING = "auth_dpop_nonces"

_FEATURE = "binding tokens to a key (DPoP)"
_ALGORITHM = "ES256"


class DPoPNonces:
    """The latest nonce of each origin that sent one (RFC 9449 sections 8 and 9).

    .. versionadded:: 1.0
    """

    def __init__(self, max_origins: int = 1000) -> None:
        self._latest: BoundedCache[str, str] = BoundedCache(max_entries=max_origins)

    def get(self, url: str) -> str | None:
        """Return the nonce for a request to an address; None if its origin sent none."""
        return self._latest.get(_origin(url))

    def keep(self, url: str, response: HTTPResponse) -> None:
        """Keep the nonce of a response, if it has one."""
        nonce = response.headers.get("DPoP-Nonce")
        if nonce:
            self._latest.add(_origin(url), nonce)


def nonces_of(handler: AuthHandler) -> DPoPNonces:
    """Return the nonces that an application shares among its requests."""
    found: DPoPNonces = handler.settings.setdefault(SETTING, DPoPNonces())
    return found


class DPoPKey:
    """A key that tokens are bound to; one for each session of a user.

    It belongs to the tokens: keep :meth:`to_json` with them, as secret as they are.

    :param nonces: of the servers that it is used with; the methods of a handler take those of the
        application if there are none.

    .. versionadded:: 1.0
    """

    def __init__(self, key: Any, nonces: DPoPNonces | None = None) -> None:
        self._key = key
        self._has_nonces = nonces is not None
        self._nonces = DPoPNonces() if nonces is None else nonces

    def __repr__(self) -> str:
        return f"<DPoPKey {self.thumbprint}>"

    @classmethod
    def generate(cls, nonces: DPoPNonces | None = None) -> DPoPKey:
        """Return a new key, for ES256.

        :raises AuthError: the extra ``oidc`` is not installed.
        """
        return cls(_ec_key().generate_key("P-256"), nonces)

    @classmethod
    def from_json(cls, text: str | bytes, nonces: DPoPNonces | None = None) -> DPoPKey:
        """Return the key that :meth:`to_json` wrote."""
        return cls(_ec_key().import_key(json.loads(text)), nonces)

    def sharing(self, nonces: DPoPNonces) -> DPoPKey:
        """Return this key with nonces that others use too, unless it was given some."""
        return self if self._has_nonces else DPoPKey(self._key, nonces)

    def to_json(self) -> str:
        """Return the private key, as a JWK (RFC 7517)."""
        return json.dumps(self._key.as_dict(private=True), separators=(",", ":"))

    @property
    def thumbprint(self) -> str:
        """What servers call the key (RFC 7638)."""
        thumbprint: str = self._key.thumbprint()
        return thumbprint

    def proof(self, method: str, url: str, access_token: str | None = None) -> str:
        """Return the proof of one request (RFC 9449 section 4.2).

        :param access_token: the token that the request carries, if it does; its hash is in the proof.
        """
        from joserfc import jwt

        claims = {
            "jti": secrets.token_urlsafe(16),
            "htm": method,
            "htu": urlunsplit((*urlsplit(url)[:3], "", "")),
            "iat": int(time.time()),
        }
        nonce = self._nonces.get(url)
        if nonce is not None:
            claims["nonce"] = nonce
        if access_token is not None:
            claims["ath"] = _hash(access_token)
        public = self._key.as_dict(private=False)
        header = {"typ": "dpop+jwt", "alg": _ALGORITHM, "jwk": public}
        return jwt.encode(header, claims, self._key, algorithms=[_ALGORITHM])

    async def fetch(self, client: AsyncHTTPClient, url: str, **options: Any) -> HTTPResponse:
        """Send a request, and once more if the server wants its nonce in the proof.

        :param options: see :meth:`send`.
        """
        response = await self.send(client, url, **options)
        return await self.send(client, url, **options) if wants_nonce(response) else response

    async def send(
        self,
        client: AsyncHTTPClient,
        url: str,
        *,
        what: str,
        method: str | None = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        access_token: str | None = None,
        max_size: int = MAX_ANSWER_SIZE,
    ) -> HTTPResponse:
        """Send a request with a proof of its own, and keep the nonce of the response.

        :param max_size: the largest answer that is read, in bytes.
        """
        method = method or ("GET" if form is None else "POST")
        fields = dict(headers or {})
        if access_token is not None:
            fields["Authorization"] = f"DPoP {access_token}"
        fields["DPoP"] = self.proof(method, url, access_token)
        response = await fetch(
            client, url, what=what, method=method, form=form, headers=fields, max_size=max_size
        )
        self._nonces.keep(url, response)
        return response


def wants_nonce(response: HTTPResponse) -> bool:
    """Tell whether a server refused only because its nonce was not in the proof."""
    if "DPoP-Nonce" not in response.headers:
        return False
    if response.code == 401 and "use_dpop_nonce" in response.headers.get("WWW-Authenticate", ""):
        return True
    if response.code not in (400, 401):
        return False
    try:
        answer = json.loads(response.body or b"")
    except (ValueError, RecursionError):
        return False
    return isinstance(answer, dict) and answer.get("error") == "use_dpop_nonce"


def _hash(access_token: str) -> str:
    digest = hashlib.sha256(access_token.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def _ec_key() -> Any:
    try:
        from joserfc.jwk import ECKey
    except ImportError:
        raise missing_extra(_FEATURE) from None
    return ECKey
