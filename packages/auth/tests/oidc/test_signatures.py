"""Headers and signatures of tokens, and which keys may make them.

The cases in which JOSE libraries decide differently have their answers here; the record in docs/design
gives the reasons.
"""

from __future__ import annotations

import base64
import json
import sys

import pytest

from tornado.auth import AuthError, OpenIDConnectClient
from tornado.auth._oidc._algorithms import ALGORITHMS
from tornado.auth._oidc._checker import TokenChecker
from tornado.auth._oidc._joserfc import import_secret
from tornado.auth._oidc._keys import KeySet
from tornado.auth._oidc._provider import Provider
from tornado.auth._oidc._token import read_claims, read_header

PROVIDER = Provider("https://provider.example")


def check(token, keys, algorithms=("RS256",), type="jwt"):
    """Return the claims of a token whose signature is by one of the provider's keys."""
    header = read_header(token, algorithms, "the token", type)
    key = KeySet.parse({"keys": keys}).find(header.kid, header.algorithm)
    if key is None:
        raise AuthError("no key")
    return read_claims(token, key, header.algorithm, "the token")


@pytest.mark.parametrize(
    ("kind", "size", "algorithm"),
    [
        ("RSA", 2048, "RS256"),
        ("RSA", 2048, "RS384"),
        ("RSA", 2048, "RS512"),
        ("RSA", 2048, "PS256"),
        ("RSA", 2048, "PS384"),
        ("RSA", 2048, "PS512"),
        ("EC", "P-256", "ES256"),
        ("EC", "P-384", "ES384"),
        ("EC", "P-521", "ES512"),
        ("OKP", "Ed25519", "Ed25519"),
    ],
)
def test_a_signature_of_each_algorithm_is_checked(signer, new_signer, kind, size, algorithm):
    by = signer if kind == "RSA" else new_signer(kind, size)
    token = by.sign({"sub": "user-1"}, algorithm)
    assert check(token, [by.jwk()], [algorithm]) == {"sub": "user-1"}
    forged = by.sign({"sub": "user-2"}, algorithm).split(".")[1]
    head, _, mac = token.split(".")
    with pytest.raises(AuthError, match="signature of the token is not valid"):
        check(f"{head}.{forged}.{mac}", [by.jwk()], [algorithm])


def test_s19_a_signature_by_another_key_is_refused(signer, other_signer):
    token = other_signer.sign({"sub": "user-1"}, kid="key-1")
    with pytest.raises(AuthError, match="signature of the token is not valid"):
        check(token, [signer.jwk()])


def test_s19_none_is_refused_even_if_it_is_asked_for(signer):
    token = signer.sign({"sub": "user-1"}, "none")
    for algorithms in (("RS256",), ("none", "RS256")):
        with pytest.raises(AuthError, match="signed by 'none'"):
            check(token, [signer.jwk()], algorithms)
    with pytest.raises(AuthError, match="'none' is not an algorithm for id tokens"):
        OpenIDConnectClient(issuer=PROVIDER.issuer, key="client-1", algorithms=("none",))


@pytest.mark.parametrize("form", ["pem", "der", "modulus", "jwk"])
def test_s19_an_hmac_with_the_public_key_is_refused(signer, new_signer, form):
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    jwk = signer.jwk()
    public = signer.key.public_key
    secret = {
        "pem": public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        "der": public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        "modulus": jwk["n"].encode(),
        "jwk": json.dumps(jwk).encode(),
    }[form]
    token = new_signer(secret).sign({"sub": "user-1"}, "HS256")
    with pytest.raises(AuthError, match="'HS256', which is not an algorithm of this client"):
        check(token, [jwk])
    with pytest.raises(AuthError, match="no key"):  # even if the client uses both
        check(token, [jwk], ("RS256", "HS256"))


def test_s19_the_algorithm_is_from_the_list_of_the_client_and_not_the_token(signer):
    token = signer.sign({"sub": "user-1"}, "RS512")
    with pytest.raises(AuthError, match="'RS512', which is not an algorithm of this client"):
        check(token, [signer.jwk()])
    for wrong in (None, 256, ["RS256"], "rs256", "RS256 "):
        with pytest.raises(AuthError, match="which is not an algorithm of this client"):
            check(signer.sign({}, alg=wrong), [signer.jwk()])


def test_a_client_secret_checks_hmac(new_signer):
    secret = "a client secret of 32 bytes or more"
    key = import_secret(secret, ALGORITHMS["HS256"])
    token = new_signer(secret.encode()).sign({"sub": "user-1"}, "HS256")
    assert read_claims(token, key, ALGORITHMS["HS256"], "the token") == {"sub": "user-1"}
    forged = new_signer(b"another").sign({"sub": "user-1"}, "HS256")
    with pytest.raises(AuthError, match="signature of the token is not valid"):
        read_claims(forged, key, ALGORITHMS["HS256"], "the token")


@pytest.mark.parametrize(("algorithm", "size"), [("HS256", 32), ("HS384", 48), ("HS512", 64)])
def test_s19_a_short_secret_is_refused(algorithm, size):
    import_secret("s" * size, ALGORITHMS[algorithm])
    with pytest.raises(AuthError, match=f"needs {size} bytes or more") as caught:
        import_secret("s" * (size - 1), ALGORITHMS[algorithm])
    assert "ss" not in str(caught.value)


def test_s19_a_public_key_is_not_a_client_secret():
    pem = "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----"
    with pytest.raises(AuthError, match="a public key cannot be the client secret"):
        import_secret(pem, ALGORITHMS["HS256"])


# Headers


def test_a_private_parameter_is_ignored(signer):
    token = signer.sign({"sub": "user-1"}, ver="1", **{"https://provider.example/x": [1]})
    assert check(token, [signer.jwk()]) == {"sub": "user-1"}


def test_a_long_certificate_chain_is_ignored_up_to_the_limit(signer):
    token = signer.sign({"sub": "user-1"}, x5c=["A" * 9000])
    assert check(token, [signer.jwk()]) == {"sub": "user-1"}
    with pytest.raises(AuthError, match="signature of the token is not valid"):
        check(signer.sign({"sub": "user-1"}, x5c=["A" * 20000]), [signer.jwk()])


def test_a_token_that_is_too_large_is_refused(signer):
    with pytest.raises(AuthError, match="the signature of the token is not valid"):
        check(signer.sign({"sub": "u" * 50 * 1024}), [signer.jwk()])
    with pytest.raises(AuthError, match="not a signed token of at most 83968 bytes"):
        check(signer.sign({"sub": "u" * 128 * 1024}), [signer.jwk()])


@pytest.mark.parametrize("header", [{"crit": ["exp"]}, {"crit": []}, {"b64": False}, {"b64": True}])
def test_s19_a_critical_parameter_is_refused(signer, header):
    with pytest.raises(AuthError, match="critical header parameter"):
        check(signer.sign({"sub": "user-1"}, **header), [signer.jwk()])


def test_s19_another_kind_of_token_is_refused(signer):
    for typ in (None, "JWT", "jwt", "application/jwt"):
        assert check(signer.sign({}, typ=typ), [signer.jwk()]) == {}
    for typ in ("at+jwt", "logout+jwt", "dpop+jwt", "", 1, ["JWT"]):
        with pytest.raises(AuthError, match="another kind of token"):
            check(signer.sign({}, typ=typ), [signer.jwk()])
    assert check(signer.sign({}, typ="logout+jwt"), [signer.jwk()], type="logout+jwt") == {}


@pytest.mark.parametrize(
    "token",
    [
        None,
        17,
        {},
        "",
        "..",
        "a.b",
        "a.b.c",
        "a.b.c.d.e",
        "e30.e30.e30",
        "W10.e30.e30",
        "\ud800.e30.e30",
        "é.e30.e30",
        "[" * 9000 + "..",
    ],
)
def test_what_is_not_a_token_is_refused(signer, token):
    with pytest.raises(AuthError):
        check(token, [signer.jwk()])


@pytest.mark.parametrize(
    "payload",
    [
        b"[1]",
        b"null",
        b'"text"',
        b"",
        b"{",
        b"\xff",
        b'{"exp": NaN}',
        b'{"exp": Infinity}',
        b'{"sub": "one", "sub": "two"}',
        b'{"aud": {"a": 1, "a": 2}}',
        b"[" * 40_000,
        b'{"exp": 1' + b"0" * 5000 + b"}",
    ],
)
def test_claims_must_be_an_object_in_which_each_name_occurs_once(signer, payload):
    with pytest.raises(AuthError, match="not a JSON object in which each name occurs once"):
        check(signer.sign(payload), [signer.jwk()])


def test_a_signature_with_padding_is_refused(signer):
    with pytest.raises(AuthError, match="signature of the token is not valid"):
        check(signer.sign({"sub": "user-1"}) + "=", [signer.jwk()])


# Keys


def test_a_token_without_a_kid_needs_a_set_with_one_key_for_it(signer, other_signer, new_signer):
    token = signer.sign({"sub": "user-1"}, kid=None)
    elliptic = new_signer("EC", "P-256", kid="key-3")
    for keys in (
        [signer.jwk()],
        [signer.jwk(kid=None)],
        [signer.jwk(), elliptic.jwk()],
        [signer.jwk(), other_signer.jwk(use="enc")],
        [signer.jwk(), other_signer.jwk(alg="RS512")],
    ):
        assert check(token, keys) == {"sub": "user-1"}
    with pytest.raises(AuthError, match="no key"):
        check(token, [signer.jwk(), other_signer.jwk()])


def test_the_kid_decides(signer, other_signer):
    keys = [other_signer.jwk(), signer.jwk()]
    assert check(signer.sign({"sub": "user-1"}), keys) == {"sub": "user-1"}
    for kid in ("key-9", "", "KEY-1"):
        with pytest.raises(AuthError, match="no key"):
            check(signer.sign({"sub": "user-1"}, kid=kid), keys)
    with pytest.raises(AuthError, match="no key"):
        check(signer.sign({"sub": "user-1"}), [signer.jwk(kid=None)])
    for wrong in (1, ["key-1"], {}):
        with pytest.raises(AuthError, match="a kid that is not a string"):
            check(signer.sign({"sub": "user-1"}, kid=wrong), keys)


def test_keys_of_two_types_may_have_one_kid_but_not_two_of_one_type(
    signer, other_signer, new_signer
):
    token = signer.sign({"sub": "user-1"})
    assert check(token, [new_signer("EC", "P-256").jwk(), signer.jwk()]) == {"sub": "user-1"}
    with pytest.raises(AuthError, match="no key"):
        check(token, [other_signer.jwk(kid="key-1"), signer.jwk()])


@pytest.mark.parametrize(
    "changes",
    [
        {"use": "enc"},
        {"use": 1},
        {"alg": "RS512"},
        {"alg": "RSA-OAEP"},
        {"alg": 1},
        {"key_ops": ["sign"]},
        {"key_ops": "verify"},
        {"key_ops": []},
        {"kty": "oct"},
        {"kty": "EC"},
        {"kty": None},
        {"kty": ["RSA"]},
        {"n": None},
        {"n": 5},
        {"n": "?"},
        {"n": "AQAB"},
        {"n": "A" * 100_000},
        {"e": None},
        {"e": ""},
        {"d": "AQAB"},
        {"k": "AQAB"},
        {"x5c": "AAAA"},
    ],
)
def test_s19_a_key_for_something_else_is_not_used(signer, changes):
    with pytest.raises(AuthError, match="no key"):
        check(signer.sign({"sub": "user-1"}), [signer.jwk(**changes)])


def test_one_bad_key_does_not_spoil_the_set(signer):
    keys = [signer.jwk(n="?", kid="bad"), {"kty": "AKP", "kid": "new"}, "text", None, signer.jwk()]
    assert check(signer.sign({"sub": "user-1"}), keys) == {"sub": "user-1"}


def test_s19_a_published_private_key_is_not_used(signer):
    private = {**signer.key.as_dict(private=True), "kid": "key-1"}
    with pytest.raises(AuthError, match="no key"):
        check(signer.sign({"sub": "user-1"}), [private])


def test_s19_a_weak_rsa_key_is_not_used(new_signer):
    weak = new_signer("RSA", 1024)
    with pytest.raises(AuthError, match="no key"):
        check(weak.sign({"sub": "user-1"}), [weak.jwk()])


@pytest.mark.parametrize(("bits", "is_used"), [(8192, True), (8200, False), (16384, False)])
def test_s19_an_rsa_key_that_makes_checks_slow_is_not_used(signer, bits, is_used):
    modulus = base64.urlsafe_b64encode(b"\xff" * (bits // 8)).rstrip(b"=").decode()
    key = KeySet.parse({"keys": [signer.jwk(n=modulus)]}).find("key-1", ALGORITHMS["RS256"])
    assert (key is not None) == is_used


@pytest.mark.parametrize(
    ("algorithm", "curve"), [("ES256", "P-384"), ("ES384", "P-256"), ("ES256", "secp256k1")]
)
def test_s19_a_key_on_another_curve_is_not_used(new_signer, algorithm, curve):
    by = new_signer("EC", curve)
    with pytest.raises(AuthError, match="no key"):
        check(by.sign({"sub": "user-1"}, algorithm), [by.jwk()], [algorithm])


@pytest.mark.parametrize("member", ["jwk", "jku", "x5u"])
def test_s19_a_key_that_the_token_brings_along_is_not_used(signer, other_signer, member):
    brought = {
        "jwk": other_signer.jwk(),
        "jku": "https://attacker.example/keys",
        "x5u": "https://attacker.example/certificate",
    }[member]
    token = other_signer.sign({"sub": "user-1"}, **{member: brought})
    with pytest.raises(AuthError, match="no key"):
        check(token, [signer.jwk()])
    token = other_signer.sign({"sub": "user-1"}, kid="key-1", **{member: brought})
    with pytest.raises(AuthError, match="signature of the token is not valid"):
        check(token, [signer.jwk()])
    token = signer.sign({"sub": "user-1"}, **{member: brought})
    assert check(token, [signer.jwk()]) == {"sub": "user-1"}


@pytest.mark.parametrize("document", [{}, {"keys": {}}, {"keys": "x"}, {"keys": None}])
def test_what_is_not_a_set_is_refused(document):
    with pytest.raises(AuthError, match="not a JWK Set"):
        KeySet.parse(document)


def test_s19_a_set_has_at_most_a_hundred_keys(signer):
    KeySet.parse({"keys": [signer.jwk(kid=str(number)) for number in range(100)]})
    with pytest.raises(AuthError, match="101 keys, more than 100"):
        KeySet.parse({"keys": [{}] * 101})


# The client's options


def test_an_option_out_of_its_bounds_is_refused():
    for leeway in (-1, 301, float("nan"), float("inf")):
        with pytest.raises(AuthError, match="leeway must be 0 to 300 seconds"):
            OpenIDConnectClient(issuer=PROVIDER.issuer, key="client-1", leeway=leeway)
    with pytest.raises(
        AuthError, match="'EdDSA' is not an algorithm for id tokens; there are RS256"
    ):
        OpenIDConnectClient(issuer=PROVIDER.issuer, key="client-1", algorithms=("EdDSA",))


def test_a_client_asks_for_openid():
    with pytest.raises(AuthError, match="the scope must have 'openid' in it"):
        OpenIDConnectClient(issuer=PROVIDER.issuer, key="client-1", scope=["email"])


def test_without_joserfc_the_error_says_what_to_install(monkeypatch):
    client = OpenIDConnectClient(issuer=PROVIDER.issuer, key="client-1")
    monkeypatch.setitem(sys.modules, "joserfc", None)
    with pytest.raises(AuthError, match=r"pip install 'tornado-auth\[oidc\]'"):
        TokenChecker(PROVIDER, client, None)
