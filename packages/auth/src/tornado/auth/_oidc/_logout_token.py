"""The claims of a logout token (OpenID Connect Back-Channel Logout 1.0 sections 2.4 and 2.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._errors import AuthError
from ._id_token import check_origin, check_subject, time_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ._id_token import Audience

EVENT = "http://schemas.openid.net/event/backchannel-logout"

_MAX_ID = 1024

#: Seconds for which a token may be good: its id is remembered as long. Section 2.4 recommends 120.
MAX_LIFETIME = 3600


def check_logout_token(claims: Mapping[str, Any], audience: Audience, now: float) -> str:
    """Check the claims of a logout token whose signature has been checked.

    That it counts once is the caller's to check.

    :param now: seconds since the epoch.
    :returns: its id, ``jti``.
    :raises AuthError: it is not a logout token for this client.
    """
    what = "the logout token"
    check_origin(claims, audience, now, what)
    if time_of(claims, "exp", what) > now + MAX_LIFETIME + audience.leeway:
        raise AuthError(f"{what} is good for more than {MAX_LIFETIME} seconds")
    events = claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(EVENT), dict):
        raise AuthError(f"{what} does not have the event of a logout")
    if "nonce" in claims:
        raise AuthError(f"{what} has a nonce: it may be an id token")
    _check_whose(claims, what)
    return _id(claims, "jti", what)


def _check_whose(claims: Mapping[str, Any], what: str) -> None:
    if "sub" not in claims and "sid" not in claims:
        raise AuthError(f"{what} has neither sub nor sid")
    if "sub" in claims:
        check_subject(claims, what)
    if "sid" in claims:
        _id(claims, "sid", what)


def _id(claims: Mapping[str, Any], name: str, what: str) -> str:
    value = claims.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= _MAX_ID:
        raise AuthError(f"{what} has no {name} of 1 to {_MAX_ID} characters")
    return value
