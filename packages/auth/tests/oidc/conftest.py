"""Keys of a provider and what it signs with them, by joserfc and by hand."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils
from joserfc.jwk import ECKey, OKPKey, RSAKey

ISSUER = "https://provider.example"
CLIENT_ID = "client-1"
NONCE = "n-0S6_WzA2Mj"


def encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def signature(algorithm: str, key: Any, data: bytes) -> bytes:
    """Sign by cryptography, or the standard library's HMAC, so that anything can be signed."""
    if algorithm == "none":
        return b""
    digest = {"2": hashes.SHA256(), "3": hashes.SHA384(), "5": hashes.SHA512()}[algorithm[2]]
    if isinstance(key, bytes):
        return hmac.new(key, data, digest.name).digest()
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key.sign(data)
    if isinstance(key, ec.EllipticCurvePrivateKey):
        r, s = utils.decode_dss_signature(key.sign(data, ec.ECDSA(digest)))
        size = (key.key_size + 7) // 8
        return r.to_bytes(size, "big") + s.to_bytes(size, "big")
    if algorithm.startswith("PS"):
        return key.sign(data, padding.PSS(padding.MGF1(digest), digest.digest_size), digest)
    return key.sign(data, padding.PKCS1v15(), digest)


class Signer:
    """A private key, and tokens that are signed with it."""

    def __init__(self, key: Any, kid: str | None = "key-1") -> None:
        self.key = key
        self.kid = kid

    @property
    def private_key(self) -> Any:
        return self.key if isinstance(self.key, bytes) else self.key.private_key

    def jwk(self, **members: Any) -> dict[str, Any]:
        """Return the public key as a provider publishes it; None removes a member."""
        found = {**self.key.as_dict(private=False), "kid": self.kid, **members}
        return {name: value for name, value in found.items() if value is not None}

    def sign(self, claims: Any, algorithm: str = "RS256", **header: Any) -> str:
        """Return a token in compact form; ``claims`` may be bytes, and None removes from the header."""
        fields = {"alg": algorithm, "kid": self.kid, **header}
        fields = {name: value for name, value in fields.items() if value is not None}
        payload = claims if isinstance(claims, bytes) else json.dumps(claims).encode()
        text = f"{encode(json.dumps(fields).encode())}.{encode(payload)}"
        name = "RS512" if algorithm == "Ed25519" else algorithm
        return f"{text}.{encode(signature(name, self.private_key, text.encode()))}"


@pytest.fixture(scope="session")
def signer() -> Signer:
    """The provider's key, RSA with 2048 bits."""
    return Signer(RSAKey.generate_key(2048))


@pytest.fixture(scope="session")
def other_signer() -> Signer:
    """A key of the provider, or of somebody else, with another id."""
    return Signer(RSAKey.generate_key(2048), "key-2")


@pytest.fixture(scope="session")
def new_signer() -> Callable[..., Signer]:
    """Make a signer: ``new_signer("EC", "P-256")``, ``new_signer(b"a secret")``, with ``kid=``."""

    def make(kind: str | bytes, size: Any = None, kid: str | None = "key-1") -> Signer:
        if isinstance(kind, bytes):
            return Signer(kind, kid)
        if kind == "RSA":  # joserfc warns of small ones
            key = rsa.generate_private_key(65537, size)
            return Signer(RSAKey(key, key), kid)
        return Signer({"EC": ECKey, "OKP": OKPKey}[kind].generate_key(size), kid)

    return make


@pytest.fixture
def claims() -> Callable[..., dict[str, Any]]:
    """Make claims of a good id token, changed by arguments; None removes one."""

    def make(**changes: Any) -> dict[str, Any]:
        now = int(time.time())
        good = {
            "iss": ISSUER,
            "sub": "user-1",
            "aud": CLIENT_ID,
            "exp": now + 300,
            "iat": now,
            "nonce": NONCE,
        }
        found = {**good, **changes}
        return {name: value for name, value in found.items() if value is not None}

    return make


@pytest.fixture
def half_hash() -> Callable[..., str]:
    """Compute ``at_hash`` or ``c_hash``: ``half_hash(value)``, with ``name="sha512"``."""

    def make(value: str, name: str = "sha256") -> str:
        digest = hashlib.new(name, value.encode()).digest()
        return encode(digest[: len(digest) // 2])

    return make
