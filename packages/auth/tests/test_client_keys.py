"""Private keys of a program, without a provider."""

from __future__ import annotations

import json
import sys

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from tornado.auth import AuthError, OpenIDConnectClient
from tornado.auth._client_keys import ClientKey

RSA = RSAKey.generate_key(2048)


def client(**options):
    return OpenIDConnectClient(issuer="https://a.example", key="web", **options)


def pem_of(key):
    """Return PEM as openssl writes it."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())


@pytest.mark.parametrize(
    ("value", "algorithm"),
    [
        (RSA.as_pem(private=True), "RS256"),
        (pem_of(ec.generate_private_key(ec.SECP384R1())), "ES384"),
        ("\n" + ECKey.generate_key("P-521").as_pem(private=True).decode(), "ES512"),
        ({**RSA.as_dict(private=True), "alg": "PS384", "use": "sig", "kid": "mine"}, "PS384"),
        (json.dumps(OKPKey.generate_key("Ed25519").as_dict(private=True)), "Ed25519"),
    ],
)
def test_a_key_is_pem_or_a_jwk(value, algorithm):
    key = client(private_key=value).private_key
    assert key.algorithm == algorithm
    [public] = client(private_key=value).public_keys()["keys"]
    assert public["kid"] == key.kid
    assert public["use"] == "sig"
    assert not {"d", "p", "q"} & public.keys()
    if isinstance(value, dict):
        assert key.kid == "mine"


def small_rsa():
    return pem_of(rsa.generate_private_key(65537, 1024)).decode()


@pytest.mark.parametrize(
    ("value", "complaint"),
    [
        (lambda: "a secret that is not a key", "is not a key as PEM or JWK"),
        (
            lambda: "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----",
            "is not a key",
        ),
        (lambda: {"kty": "RSA", "n": "secret"}, "must have 2048"),
        (lambda: {"kty": "unknown"}, "is not a key"),
        (lambda: "[]", "is not a key"),
        (lambda: b"\xff", "is not a key"),
        (lambda: 5, "must be a key as PEM or JWK, not int"),
        (lambda: RSA.as_dict(private=False), "must be a private key"),
        (lambda: OctKey.generate_key(256).as_dict(private=True), "must be a private key"),
        (small_rsa, "must have 2048 to 8192 bits"),
        (lambda: {**RSA.as_dict(private=True), "use": "enc"}, "has the use 'enc'|use 'enc'"),
        (lambda: {**RSA.as_dict(private=True), "alg": "HS256"}, "is a key for HS256"),
        (lambda: {**RSA.as_dict(private=True), "alg": "ES256"}, "is a key for ES256"),
        (lambda: ECKey.generate_key("secp256k1").as_dict(private=True), "is a key for secp256k1"),
        (lambda: OKPKey.generate_key("X25519").as_dict(private=True), "is a key for X25519"),
    ],
)
def test_another_value_is_refused_and_not_shown(value, complaint):
    given = value()
    with pytest.raises(AuthError, match=complaint) as caught:
        client(private_key=given)
    assert str(caught.value).startswith("private_key ")
    assert "secret" not in str(caught.value)
    for part in given.values() if isinstance(given, dict) else ():
        assert len(part) < 20 or part not in str(caught.value)


def test_a_client_has_a_secret_or_a_key():
    with pytest.raises(AuthError, match="secret and private_key: give one of them"):
        client(secret="s", private_key=RSA.as_dict(private=True))


def test_a_key_is_not_shown():
    shown = repr(client(private_key=RSA.as_dict(private=True)))
    assert RSA.as_dict(private=True)["d"] not in shown
    assert repr(client(private_key=RSA.as_pem(private=True)).private_key).startswith("<ClientKey ")


def test_a_key_is_imported_once():
    pem = RSA.as_pem(private=True)
    first, second = (ClientKey.from_setting(pem, "private_key", "sig") for _ in range(2))
    assert first is second


def test_without_the_extra_the_error_says_what_to_install(monkeypatch):
    for module in ("joserfc", "joserfc.errors", "joserfc.jwk"):
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(AuthError, match=r"pip install 'tornado-auth\[oidc\]'"):
        client(private_key="{}")
