"""A signed token in compact form (RFC 7519): its header before, its claims after the signature's check."""

from __future__ import annotations

import base64
import binascii
import json
from typing import TYPE_CHECKING, Any, NamedTuple

from tornado.util import shortened

from .._errors import AuthError
from ._algorithms import ALGORITHMS
from ._joserfc import MAX_HEADER_SIZE, MAX_PAYLOAD_SIZE, MAX_SIGNATURE_SIZE, verify

if TYPE_CHECKING:
    from collections.abc import Container

    from joserfc.jwk import Key

    from ._algorithms import Algorithm

#: The largest signed token, in bytes.
MAX_TOKEN_SIZE = MAX_HEADER_SIZE + MAX_PAYLOAD_SIZE + MAX_SIGNATURE_SIZE


class TokenHeader(NamedTuple):
    """What the header says about the signature: nothing of it is believed, it is compared.

    Keys that a token brings along or points to (``jwk``, ``jku``, ``x5c``, ``x5u``) are not read: a
    forger would name the forger's (RFC 8725 section 3.10).
    """

    algorithm: Algorithm
    kid: str | None


def read_header(
    token: object, allowed: Container[str], what: str, type: str = "jwt"
) -> TokenHeader:
    """Return the header of a token whose algorithm is allowed.

    :param allowed: names of algorithms. The client's list counts, never the token's word (RFC 8725
        section 3.1).
    :param what: what the token is, for messages.
    :param type: the media type without ``application/``, in lower case, that it may declare beside
        ``JWT``. Another type is another kind of token (RFC 8725 section 3.11).
    :raises AuthError: it is not such a token.
    """
    if not isinstance(token, str) or len(token) > MAX_TOKEN_SIZE or token.count(".") != 2:
        raise AuthError(f"{what} is not a signed token of at most {MAX_TOKEN_SIZE} bytes")
    header = read_members(token.partition(".")[0])
    if header is None:
        raise AuthError(f"{what} has a header that is not a JSON object")
    return TokenHeader(_algorithm(header.get("alg"), allowed, what), _kid(header, what, type))


def _algorithm(name: object, allowed: Container[str], what: str) -> Algorithm:
    if not isinstance(name, str) or name not in allowed or name not in ALGORITHMS:
        raise AuthError(
            f"{what} is signed by {shortened(str(name))}, which is not an algorithm of this client"
        )
    return ALGORITHMS[name]


def _kid(header: dict[str, Any], what: str, type: str) -> str | None:
    # Neither extension is known here, and section 7 of RFC 7797 forbids b64 in a JWT.
    if "crit" in header or "b64" in header:
        raise AuthError(f"{what} has a critical header parameter that is not known here")
    declared = header.get("typ", "jwt")
    if not isinstance(declared, str) or _media_type(declared) not in ("jwt", type):
        raise AuthError(f"{what} says that it is another kind of token: {shortened(str(declared))}")
    kid = header.get("kid")
    if kid is not None and not isinstance(kid, str):
        raise AuthError(f"{what} has a kid that is not a string")
    return kid


def _media_type(typ: str) -> str:
    return typ.lower().removeprefix("application/")


def read_claims(token: str, key: Key, algorithm: Algorithm, what: str) -> dict[str, Any]:
    """Return the claims of a token whose signature is by this key.

    :raises AuthError: it is not, or they are not a JSON object in which each name occurs once.
    """
    payload = verify(token, key, algorithm.name)
    if payload is None:
        raise AuthError(f"the signature of {what} is not valid")
    claims = _parse(payload)
    if claims is None:
        raise AuthError(
            f"the claims of {what} are not a JSON object in which each name occurs once"
        )
    return claims


def claimed_issuer(token: str) -> str | None:
    """Return the issuer that a token claims, before anything is checked: only to choose who checks it."""
    parts = token.split(".")
    claims = read_members(parts[1]) if len(parts) == 3 and len(token) <= MAX_TOKEN_SIZE else None
    issuer = (claims or {}).get("iss")
    return issuer if isinstance(issuer, str) else None


def read_members(part: str) -> dict[str, Any] | None:
    """Return the members of a part in base64url, in which each name occurs once; None if it is not such."""
    return _parse(_decode(part))


def _decode(part: str) -> bytes:
    try:
        return base64.b64decode(part + "=" * (-len(part) % 4), b"-_", validate=True)
    except (ValueError, binascii.Error):
        return b""


def _parse(text: bytes) -> dict[str, Any] | None:
    try:
        members = _DECODER.decode(text.decode())
    except (ValueError, RecursionError):
        return None
    return members if isinstance(members, dict) else None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse members of one name: parsers disagree about which counts (RFC 7519 section 4)."""
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a name occurs twice")
    return members


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_refuse)
