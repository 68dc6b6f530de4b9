"""Requests that are signed: the parameters of the protocol, and the field that carries them."""

from __future__ import annotations

import secrets
import string
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ._signature import percent_encode, sign, signature_base_string, signing_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_ALPHABET = string.ascii_letters + string.digits

#: oauthlib's server takes nonces of 20 to 30 letters and digits; 24 of them have 142 random bits.
_NONCE_LENGTH = 24


@dataclass(frozen=True)
class Credentials:
    """The name and the secret of a client or of a token (RFC 5849 section 1.1)."""

    key: str
    secret: str

    def __repr__(self) -> str:
        """Say the name without the secret, for messages and logs."""
        return f"<{type(self).__name__} of {self.key!r:.40}>"


def new_nonce() -> str:
    """Return a random value that no other request has, of a form that strict servers accept."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_NONCE_LENGTH))


def protocol_parameters(
    client: Credentials,
    token: Credentials | None,
    signature_method: str,
    extra: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Return the parameters of one request, without its signature (RFC 5849 section 3.1).

    Each call returns another nonce and the time of the call.

    :param extra: parameters of a single step, such as ``oauth_callback`` and ``oauth_verifier``.
    """
    parameters = {
        "oauth_consumer_key": client.key,
        "oauth_signature_method": signature_method,
        "oauth_timestamp": str(int(time.time())),
        "oauth_nonce": new_nonce(),
        "oauth_version": "1.0",
    }
    if token is not None:
        parameters["oauth_token"] = token.key
    return parameters | dict(extra or {})


def signed_parameters(
    method: str,
    url: str,
    protocol: Mapping[str, str],
    *,
    client: Credentials,
    token: Credentials | None,
    form: Iterable[tuple[str, str]] = (),
) -> dict[str, str]:
    """Return the parameters of the protocol with the signature of the request.

    :param url: the address, with its query.
    :param protocol: what :func:`protocol_parameters` returned.
    :param form: the decoded fields of the body, where it is a form.
    :raises ValueError: the signature method or the address is not one that can be signed.
    """
    base = signature_base_string(method, url, [*protocol.items(), *form])
    key = signing_key(client.secret, token.secret if token is not None else "")
    return {**protocol, "oauth_signature": sign(protocol["oauth_signature_method"], key, base)}


def authorization_field(parameters: Mapping[str, str], realm: str | None = None) -> str:
    """Return the value of the ``Authorization`` field (RFC 5849 section 3.5.1).

    So no token is in a URL, where logs and other sites would see it.
    """
    pairs = [
        f'{percent_encode(name)}="{percent_encode(value)}"' for name, value in parameters.items()
    ]
    if realm is not None:
        pairs.insert(0, f'realm="{percent_encode(realm)}"')
    return "OAuth " + ", ".join(pairs)
