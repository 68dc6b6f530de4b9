"""The claims of an id token (OpenID Connect Core section 2), and what is checked of them (3.1.3.7)."""

from __future__ import annotations

import hmac
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tornado.util import shortened

from .._errors import AuthError
from ._algorithms import half_hash

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ._algorithms import Algorithm

#: Seconds by which the clocks of both sides may differ, at most, whatever a program asks for.
MAX_LEEWAY = 300

_MAX_SUBJECT = 255  # section 2


@dataclass(frozen=True)
class Audience:
    """Who a token must come from, and for whom it must be."""

    issuer: str
    client_id: str
    trusted: frozenset[str] = frozenset()  #: other audiences that a token may name too
    leeway: float = 60  #: seconds


@dataclass(frozen=True)
class SignIn:
    """What is known about the sign-in that an id token answers."""

    nonce: str | None  #: the one sent; None if none was
    max_age: float | None = (
        None  #: seconds since the user was asked for a password, if it was asked for
    )
    access_token: str | None = None
    code: str | None = None


def check_origin(claims: Mapping[str, Any], audience: Audience, now: float, what: str) -> None:
    """Check what id tokens and logout tokens have in common: issuer, audience and times.

    :param now: seconds since the epoch.
    :raises AuthError: a claim is missing, malformed or another than it must be.
    """
    if claims.get("iss") != audience.issuer:
        found = shortened(str(claims.get("iss")))
        raise AuthError(f"{what} is by {found}, not by {shortened(audience.issuer)}")
    _check_audience(claims, audience, what)
    if now >= time_of(claims, "exp", what) + audience.leeway:
        raise AuthError(f"{what} has expired")
    if now < time_of(claims, "iat", what) - audience.leeway:
        raise AuthError(f"{what} was issued in the future: the clocks differ")
    if "nbf" in claims and now < time_of(claims, "nbf", what) - audience.leeway:
        raise AuthError(f"{what} is not valid yet")


def _check_audience(claims: Mapping[str, Any], audience: Audience, what: str) -> None:
    named = claims.get("aud")
    audiences = named if isinstance(named, list) else [named]
    if audience.client_id not in audiences:
        raise AuthError(f"{what} is not for this client: the audience is {shortened(str(named))}")
    others = [other for other in audiences if other != audience.client_id]
    if not all(isinstance(other, str) and other in audience.trusted for other in others):
        raise AuthError(
            f"{what} is for audiences too that this client does not trust: {shortened(str(named))}"
        )
    if (others or "azp" in claims) and claims.get("azp") != audience.client_id:
        found = shortened(str(claims.get("azp")))
        raise AuthError(f"{what} was not issued to this client: azp is {found}")


def time_of(claims: Mapping[str, Any], name: str, what: str) -> float:
    """Return a NumericDate: seconds since the epoch, which may have a fraction (RFC 7519 section 2).

    :raises AuthError: it is missing or not a number.
    """
    value = claims.get(name)
    try:
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
            return value
    except OverflowError:
        pass  # an integer beyond all floats
    found = shortened(str(value))
    raise AuthError(f"{what} has no {name} that is a number of seconds: {found}")


def has_surrogate(text: str) -> bool:
    """Tell whether text has half a character, which JSON allows and no encoding of Unicode has."""
    return any("\ud800" <= character <= "\udfff" for character in text)


def check_subject(claims: Mapping[str, Any], what: str) -> str:
    """Return the subject: the user, by the issuer's name for them.

    :raises AuthError: it is missing, empty or longer than OpenID Connect Core section 2 allows.
    """
    subject = claims.get("sub")
    if (
        not isinstance(subject, str)
        or not 0 < len(subject) <= _MAX_SUBJECT
        or has_surrogate(subject)
    ):
        raise AuthError(f"{what} has no sub of 1 to {_MAX_SUBJECT} characters")
    return subject


def check_id_token(
    claims: Mapping[str, Any],
    algorithm: Algorithm,
    audience: Audience,
    sign_in: SignIn,
    now: float,
) -> None:
    """Check the claims of an id token whose signature has been checked.

    :param algorithm: that of the signature.
    :param now: seconds since the epoch.
    :raises AuthError: it is not the answer to this sign-in.
    """
    check_origin(claims, audience, now, "the id token")
    check_subject(claims, "the id token")
    _check_nonce(claims, sign_in.nonce)
    if sign_in.max_age is not None:
        _check_age(claims, sign_in.max_age, audience.leeway, now)
    _check_hash(claims, "at_hash", sign_in.access_token, algorithm)
    _check_hash(claims, "c_hash", sign_in.code, algorithm)


def _check_nonce(claims: Mapping[str, Any], nonce: str | None) -> None:
    if nonce is not None and not _equals(claims.get("nonce"), nonce):
        raise AuthError("the id token does not have the nonce of this sign-in")


def _check_age(claims: Mapping[str, Any], max_age: float, leeway: float, now: float) -> None:
    when = time_of(claims, "auth_time", "the id token")
    if now > when + max_age + leeway:
        raise AuthError(f"the user signed in at the provider more than {max_age:g} seconds ago")
    if when > now + leeway:
        raise AuthError("the id token has an auth_time in the future")


def _check_hash(
    claims: Mapping[str, Any], name: str, value: str | None, algorithm: Algorithm
) -> None:
    """Check a hash where it is present: with the code flow it may be left out (section 3.1.3.6)."""
    if name not in claims or value is None:
        return
    if not _equals(claims[name], half_hash(algorithm, value)):
        raise AuthError(f"the id token's {name} does not fit what came with it")


def _equals(found: object, expected: str) -> bool:
    """Compare in constant time."""
    if not isinstance(found, str):
        return False
    return hmac.compare_digest(found.encode("utf-8", "surrogatepass"), expected.encode())


def check_refreshed(
    claims: Mapping[str, Any],
    original: Mapping[str, Any],
    algorithm: Algorithm,
    audience: Audience,
    now: float,
    access_token: str | None = None,
) -> None:
    """Check the id token of a refresh: the same user, issuer and audience (section 12.2).

    :param original: the claims of the sign-in.
    :raises AuthError: it is another user's, or not valid itself.
    """
    sign_in = SignIn(nonce=None, access_token=access_token)
    check_id_token(claims, algorithm, audience, sign_in, now)
    for name in ("iss", "sub", "azp"):
        if claims.get(name) != original.get(name):
            raise AuthError(
                f"the refreshed id token has another {name} than the one of the sign-in"
            )
    if _audiences(claims) != _audiences(original):
        raise AuthError("the refreshed id token has another aud than the one of the sign-in")
    for name in ("nonce", "auth_time"):
        if name in claims and claims[name] != original.get(name):
            raise AuthError(
                f"the refreshed id token has another {name} than the one of the sign-in"
            )


def _audiences(claims: Mapping[str, Any]) -> frozenset[Any]:
    named = claims.get("aud")
    return frozenset(named if isinstance(named, list) else [named])
