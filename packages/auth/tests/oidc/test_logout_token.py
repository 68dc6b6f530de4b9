"""Claims of logout tokens (OpenID Connect Back-Channel Logout 1.0 section 2.6), without a socket."""

from __future__ import annotations

import pytest

from tornado.auth import AuthError
from tornado.auth._oidc._id_token import Audience
from tornado.auth._oidc._logout_token import EVENT, check_logout_token

AUDIENCE = Audience("https://provider.example", "client-1")

#: The time of every check, in seconds since the epoch.
NOW = 1_800_000_000


@pytest.fixture
def logout_claims(claims):
    def make(**changes):
        good = {
            "iat": NOW,
            "exp": NOW + 120,
            "nonce": None,
            "jti": "id-1",
            "events": {EVENT: {}},
            "sid": "session-1",
        }
        return claims(**{**good, **changes})

    return make


def test_a_token_may_be_good_for_an_hour(logout_claims):
    assert check_logout_token(logout_claims(exp=NOW + 3600 + 60), AUDIENCE, NOW) == "id-1"


def test_a_good_token_gives_its_id(logout_claims):
    assert check_logout_token(logout_claims(), AUDIENCE, NOW) == "id-1"
    for changes in ({"sub": None}, {"sid": None}, {"events": {EVENT: {}, "other": {}}}):
        assert check_logout_token(logout_claims(**changes), AUDIENCE, NOW) == "id-1"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"events": None}, "event of a logout"),
        ({"events": {}}, "event of a logout"),
        ({"events": [EVENT]}, "event of a logout"),
        ({"events": {EVENT: True}}, "event of a logout"),
        ({"events": {EVENT + "/": {}}}, "event of a logout"),
        ({"nonce": "n"}, "has a nonce"),
        ({"nonce": False}, "has a nonce"),
        ({"sub": None, "sid": None}, "neither sub nor sid"),
        ({"sub": ""}, "no sub"),
        ({"sid": ""}, "no sid"),
        ({"sid": 1}, "no sid"),
        ({"sid": "s" * 1025}, "no sid"),
        ({"jti": None}, "no jti"),
        ({"jti": ""}, "no jti"),
        ({"jti": 7}, "no jti"),
        ({"jti": "j" * 1025}, "no jti"),
        ({"iss": "https://other.example"}, "is by"),
        ({"aud": "client-2"}, "not for this client"),
        ({"exp": None}, "no exp"),
        ({"exp": NOW - 120}, "has expired"),
        ({"iat": None}, "no iat"),
        ({"exp": NOW + 3600 + 61}, "good for more than 3600 seconds"),
        ({"exp": 1e18}, "good for more than 3600 seconds"),
    ],
)
def test_s19_a_wrong_claim_is_refused(logout_claims, changes, message):
    with pytest.raises(AuthError, match=message):
        check_logout_token(logout_claims(**changes), AUDIENCE, NOW)
