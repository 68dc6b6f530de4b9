"""Claims of id tokens: each check of OpenID Connect Core section 3.1.3.7, without a socket."""

from __future__ import annotations

import pytest

from tornado.auth import AuthError
from tornado.auth._oidc._algorithms import ALGORITHMS
from tornado.auth._oidc._id_token import Audience, SignIn, check_id_token, check_refreshed

ISSUER = "https://provider.example"
NONCE = "n-0S6_WzA2Mj"
AUDIENCE = Audience(ISSUER, "client-1", leeway=60)
SIGN_IN = SignIn(NONCE)
RS256 = ALGORITHMS["RS256"]

#: The time of every check, in seconds since the epoch.
NOW = 1_800_000_000


@pytest.fixture
def claims(claims):
    """Make claims of a good id token at this time."""
    return lambda **changes: claims(**{"iat": NOW, "exp": NOW + 300, **changes})


def check(claims, sign_in=SIGN_IN, audience=AUDIENCE, algorithm=RS256):
    check_id_token(claims, algorithm, audience, sign_in, NOW)


def test_good_claims_are_taken(claims):
    check(claims())


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"iss": None}, "is by 'None'"),
        ({"iss": ISSUER + "/"}, "not by 'https://provider.example'"),
        ({"iss": "https://Provider.example"}, "is by"),
        ({"iss": [ISSUER]}, "is by"),
        ({"sub": None}, "no sub"),
        ({"sub": ""}, "no sub"),
        ({"sub": "u" * 256}, "no sub"),
        ({"sub": 17}, "no sub"),
        ({"aud": None}, "not for this client"),
        ({"aud": "client-2"}, "not for this client"),
        ({"aud": "client-1 client-2"}, "not for this client"),
        ({"aud": ["client-2"]}, "not for this client"),
        ({"aud": []}, "not for this client"),
        ({"aud": {"client-1": 1}}, "not for this client"),
        ({"aud": ["client-1", "client-2"], "azp": "client-1"}, "does not trust"),
        ({"aud": ["client-1", ["x"]], "azp": "client-1"}, "does not trust"),
        ({"azp": "client-2"}, "azp is 'client-2'"),
        ({"azp": 1}, "azp is '1'"),
        ({"exp": None}, "no exp that is a number"),
        ({"exp": str(NOW + 300)}, "no exp that is a number"),
        ({"exp": True}, "no exp that is a number"),
        ({"exp": float("inf")}, "no exp that is a number"),
        ({"exp": float("nan")}, "no exp that is a number"),
        ({"exp": 10**400}, "no exp that is a number"),
        ({"exp": [NOW + 300]}, "no exp that is a number"),
        ({"exp": NOW - 61}, "has expired"),
        ({"iat": None}, "no iat that is a number"),
        ({"iat": "1"}, "no iat that is a number"),
        ({"iat": NOW + 600, "exp": NOW + 900}, "issued in the future"),
        ({"nbf": NOW + 600}, "not valid yet"),
        ({"nbf": "soon"}, "no nbf that is a number"),
        ({"nonce": None}, "the nonce of this sign-in"),
        ({"nonce": ""}, "the nonce of this sign-in"),
        ({"nonce": NONCE + "x"}, "the nonce of this sign-in"),
        ({"nonce": [NONCE]}, "the nonce of this sign-in"),
        ({"nonce": "\ud800"}, "the nonce of this sign-in"),
    ],
)
def test_s19_a_wrong_claim_is_refused(claims, changes, message):
    with pytest.raises(AuthError, match=message):
        check(claims(**changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": ["client-1"]},
        {"aud": ["client-1", "client-1"]},
        {"azp": "client-1"},
        {"exp": NOW + 300.5},
        {"exp": NOW - 30},
        {"iat": NOW + 30},
        {"iat": NOW - 0.25},
        {"nbf": NOW + 30},
        {"sub": "u" * 255},
        {"unknown": {"deep": [1]}},
    ],
)
def test_a_claim_within_the_rules_is_taken(claims, changes):
    check(claims(**changes))


def test_the_leeway_is_what_was_asked_for(claims):
    strict = Audience(ISSUER, "client-1", leeway=0)
    check(claims(exp=NOW - 5))
    with pytest.raises(AuthError, match="has expired"):
        check(claims(exp=NOW - 5), audience=strict)
    with pytest.raises(AuthError, match="in the future"):
        check(claims(iat=NOW + 30), audience=strict)


def test_s19_another_audience_must_be_trusted_and_azp_must_be_the_client(claims):
    audience = Audience(ISSUER, "client-1", frozenset({"api"}))
    check(claims(aud=["client-1", "api"], azp="client-1"), audience=audience)
    with pytest.raises(AuthError, match="azp is 'None'"):
        check(claims(aud=["client-1", "api"]), audience=audience)
    with pytest.raises(AuthError, match="azp is 'api'"):
        check(claims(aud=["client-1", "api"], azp="api"), audience=audience)
    with pytest.raises(AuthError, match="does not trust"):
        check(claims(aud=["client-1", "api", "x"], azp="client-1"), audience=audience)
    with pytest.raises(AuthError, match="not for this client"):
        check(claims(aud="api", azp="client-1"), audience=audience)


@pytest.mark.parametrize(
    ("auth_time", "message"),
    [
        (None, "no auth_time that is a number"),
        ("now", "no auth_time that is a number"),
        (NOW - 3700, "more than 3600 seconds ago"),
        (NOW + 600, "auth_time in the future"),
    ],
)
def test_s19_max_age_needs_an_auth_time_that_is_recent(claims, auth_time, message):
    with pytest.raises(AuthError, match=message):
        check(claims(auth_time=auth_time), SignIn(NONCE, max_age=3600))


def test_max_age_of_zero_counts(claims):
    check(claims(auth_time=NOW - 30), SignIn(NONCE, max_age=0))
    with pytest.raises(AuthError, match="more than 0 seconds ago"):
        check(claims(auth_time=NOW - 300), SignIn(NONCE, max_age=0))
    check(claims(auth_time=NOW - 300))


@pytest.mark.parametrize(
    ("algorithm", "name"),
    [("RS256", "sha256"), ("ES384", "sha384"), ("PS512", "sha512"), ("Ed25519", "sha512")],
)
@pytest.mark.parametrize("claim", ["at_hash", "c_hash"])
def test_s19_a_hash_must_be_that_of_what_came_with_it(claims, half_hash, claim, algorithm, name):
    sign_in = SignIn(NONCE, access_token="the token", code="the code")
    value = "the token" if claim == "at_hash" else "the code"
    algorithm = ALGORITHMS[algorithm]
    check(claims(**{claim: half_hash(value, name)}), sign_in, algorithm=algorithm)
    for wrong in (half_hash("another", name), half_hash(value, "md5"), "", 17, "\ud800"):
        with pytest.raises(AuthError, match=f"{claim} does not fit"):
            check(claims(**{claim: wrong}), sign_in, algorithm=algorithm)


def test_the_hash_of_the_specification(claims):
    """The example of OpenID Connect Core section A.3."""
    sign_in = SignIn(NONCE, access_token="jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y")
    check(claims(at_hash="77QmUPtjPfzWtF2AnpK9RQ"), sign_in)


def test_a_refreshed_token_needs_no_nonce(claims):
    original = claims(auth_time=NOW - 100)
    for changes in ({"nonce": None}, {}, {"auth_time": NOW - 100}):
        check_refreshed(claims(**changes), original, RS256, AUDIENCE, NOW)
    listed = claims(aud=["client-1"])
    check_refreshed(listed, original, RS256, AUDIENCE, NOW)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"iss": "https://other.example"}, "is by 'https://other.example'"),
        ({"sub": "user-2"}, "another sub"),
        ({"aud": ["client-1", "api"], "azp": "client-1"}, "another azp|another aud"),
        ({"azp": "client-1"}, "another azp"),
        ({"nonce": "another"}, "another nonce"),
        ({"auth_time": NOW}, "another auth_time"),
        ({"exp": NOW - 100}, "has expired"),
        ({"at_hash": "x"}, "at_hash does not fit"),
    ],
)
def test_s19_a_refreshed_token_keeps_issuer_subject_and_audience(claims, changes, message):
    audience = Audience(ISSUER, "client-1", frozenset({"api"}))
    original = claims(auth_time=NOW - 100)
    with pytest.raises(AuthError, match=message):
        check_refreshed(claims(**changes), original, RS256, audience, NOW, "the token")


def test_s19_a_refreshed_token_has_no_more_audiences(claims):
    audience = Audience(ISSUER, "client-1", frozenset({"api"}))
    original = claims(azp="client-1")
    more = claims(aud=["client-1", "api"], azp="client-1")
    with pytest.raises(AuthError, match="another aud"):
        check_refreshed(more, original, RS256, audience, NOW)


def test_messages_hold_no_nonce_token_code_or_subject(claims):
    sign_in = SignIn("secret-nonce", access_token="secret-token", code="secret-code")
    wrong = [
        claims(nonce="secret-other"),
        claims(nonce="secret-nonce", at_hash="secret-hash"),
        claims(nonce="secret-nonce", c_hash="secret-hash"),
        claims(nonce="secret-nonce", sub=["secret-sub"]),
    ]
    for each in wrong:
        with pytest.raises(AuthError) as caught:
            check(each, sign_in)
        assert "secret" not in str(caught.value)
