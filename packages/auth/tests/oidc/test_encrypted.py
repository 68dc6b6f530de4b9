"""Encrypted tokens that no honest provider sends, without a socket."""

from __future__ import annotations

import base64
import json

import pytest
from joserfc import jwe
from joserfc.jwk import ECKey, OctKey, RSAKey

from tornado.auth import AuthError
from tornado.auth._client_keys import ClientKey
from tornado.auth._oidc._encrypted import is_encrypted, open_token

RSA = RSAKey.generate_key(2048)
RSA1_5 = {"alg": "RSA1_5", "enc": "A128GCM"}
KEYS = [ClientKey.from_setting(RSA.as_dict(private=True), "decryption_keys", "enc")]
SIGNED = "a.signed.token"
ALL = [
    "RSA-OAEP",
    "RSA-OAEP-256",
    "ECDH-ES",
    "A128KW",
    "dir",
    "A128GCM",
    "A128CBC-HS256",
    "DEF",
]


def encrypt(algorithm="RSA-OAEP-256", contents="A128GCM", key=RSA, text=SIGNED, **header):
    fields = {"alg": algorithm, "enc": contents, **header}
    registry = jwe.JWERegistry(algorithms=ALL, strict_check_header=False)
    return jwe.encrypt_compact(fields, text.encode(), key, registry=registry)


def change(token, index, replacement):
    parts = token.split(".")
    parts[index] = replacement(parts[index])
    return ".".join(parts)


def encode(members):
    return base64.urlsafe_b64encode(json.dumps(members).encode()).decode().rstrip("=")


def test_a_token_is_opened():
    for algorithm in ("RSA-OAEP", "RSA-OAEP-256"):
        token = encrypt(algorithm, kid="x", cty="JWT", private_parameter="y")
        assert is_encrypted(token)
        assert open_token(token, KEYS, "the id token") == SIGNED
    assert not is_encrypted(SIGNED)
    assert not is_encrypted(None)


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (
            lambda: change(encrypt(), 0, lambda _: encode(RSA1_5)),
            "cannot be decrypted .* by 'RSA1_5'",
        ),
        (lambda: encrypt("dir", key=OctKey.generate_key(128)), "cannot be decrypted"),
        (lambda: encrypt("A128KW", key=OctKey.generate_key(128)), "cannot be decrypted"),
        (lambda: encrypt("ECDH-ES", key=ECKey.generate_key("P-256")), "cannot be decrypted"),
        (lambda: encrypt(key=RSAKey.generate_key(2048)), "cannot be decrypted"),
        (lambda: encrypt(zip="DEF"), "encrypted with zip"),
        (lambda: change(encrypt(), 0, lambda _: encode({"alg": "dir", "enc": "none"})), "'none'"),
        (lambda: change(encrypt(), 0, lambda _: encode({"alg": ["x"], "enc": 5})), "'5'"),
        (lambda: change(encrypt(), 0, lambda _: "!"), "'None'"),
        (lambda: change(encrypt(), 1, lambda part: part[::-1]), "cannot be decrypted"),
        (lambda: change(encrypt(), 2, lambda _: ""), "cannot be decrypted"),
        (lambda: change(encrypt(), 3, lambda part: "A" + part[1:][::-1]), "cannot be decrypted"),
        (lambda: change(encrypt(), 4, lambda _: "AAAA"), "cannot be decrypted"),
        (lambda: change(encrypt(), 3, lambda part: part * 20_000), "more than"),
        (lambda: encrypt(text="\u00e9"), "cannot be decrypted"),
    ],
)
def test_s19_others_are_refused(make, complaint):
    with pytest.raises(AuthError, match=complaint):
        open_token(make(), KEYS, "the id token")


def test_s19_a_critical_header_is_refused():
    header = {"alg": "RSA-OAEP", "enc": "A128GCM", "crit": ["exp"], "exp": 1}
    with pytest.raises(AuthError, match="encrypted with crit"):
        open_token(change(encrypt(), 0, lambda _: encode(header)), KEYS, "the id token")
