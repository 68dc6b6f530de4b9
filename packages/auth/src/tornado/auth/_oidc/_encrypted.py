"""Encrypted tokens (RFC 7516): a signed one inside, for a key of the client (OpenID Connect Core 10.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tornado.util import shortened

from .._errors import AuthError
from ._joserfc import MAX_HEADER_SIZE, decrypt
from ._token import MAX_TOKEN_SIZE, read_members

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .._client_keys import ClientKey

#: How the key of the contents is encrypted, by the type of the client's (RFC 7518 section 4.1). RSA1_5 is not here:
#: answers to forged tokens give its contents away (RFC 8725 section 3.2).
_KEY_ALGORITHMS = {
    "RSA": ("RSA-OAEP", "RSA-OAEP-256"),
    "EC": ("ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A192KW", "ECDH-ES+A256KW"),
    "OKP": ("ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A192KW", "ECDH-ES+A256KW"),
}

#: How the contents are encrypted (RFC 7518 section 5.1).
_CONTENT_ALGORITHMS = (
    "A128CBC-HS256",
    "A192CBC-HS384",
    "A256CBC-HS512",
    "A128GCM",
    "A192GCM",
    "A256GCM",
)

#: The contents in base64url a second time, and what is around them.
_MAX_SIZE = MAX_TOKEN_SIZE * 4 // 3 + MAX_HEADER_SIZE


def is_encrypted(token: object) -> bool:
    """Tell whether a token is one in compact form that is encrypted, and not only signed."""
    return isinstance(token, str) and token.count(".") == 4


def open_token(token: str, keys: Sequence[ClientKey], what: str) -> str:
    """Return the signed token inside of one that is encrypted.

    The message is the same whatever fails in decrypting.

    :raises AuthError: it is too large, encrypted in a way that is not known, or for another key.
    """
    if len(token) > _MAX_SIZE:
        raise AuthError(f"{what} has more than {_MAX_SIZE} bytes")
    header = read_members(token.partition(".")[0]) or {}
    algorithm, contents = header.get("alg"), header.get("enc")
    for name in ("crit", "zip"):  # a few compressed bytes could become many
        if name in header:
            raise AuthError(f"{what} is encrypted with {name}, which is not known here")
    if contents not in _CONTENT_ALGORITHMS:
        raise AuthError(
            f"{what} is encrypted by {shortened(str(contents))}, which is not known here"
        )
    for key in keys:
        if algorithm in _KEY_ALGORITHMS[key.key.key_type]:
            opened = decrypt(token, key.key, str(algorithm), str(contents))
            if opened is not None:
                return opened
    raise AuthError(
        f"{what} cannot be decrypted with the decryption_keys of the client, by"
        f" {shortened(str(algorithm))}"
    )
