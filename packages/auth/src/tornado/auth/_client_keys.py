"""Private keys of a program: it proves who it is with one, and others encrypt tokens to one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

from ._errors import AuthError
from ._extra import missing_extra
from ._oidc._joserfc import MAX_RSA_BITS, MIN_RSA_BITS, bits_of

if TYPE_CHECKING:
    from joserfc.jwk import Key

#: What a key is for (RFC 7517 section 4.2).
Use = Literal["sig", "enc"]

#: A key as a setting has it: PEM, or a JWK as a dictionary or as JSON.
KeySetting = str | bytes | Mapping[str, Any]

#: Algorithms that a key of a type or of a curve signs with, the usual one first (RFC 7518, RFC 9864).
_SIGNING = {
    "RSA": ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    "P-256": ("ES256",),
    "P-384": ("ES384",),
    "P-521": ("ES512",),
    "Ed25519": ("Ed25519",),
}


class ClientKey:
    """A private key of the program.

    :param key: of joserfc, with a ``kid``.
    :param use: what it is for.
    """

    def __init__(self, key: Key, use: Use) -> None:
        self.key = key
        self.use = use

    def __repr__(self) -> str:
        return f"<ClientKey {self.kid}>"

    @classmethod
    def from_setting(cls, value: KeySetting | ClientKey, what: str, use: Use) -> ClientKey:
        """Return the key that a setting has.

        :param what: the name of the setting, for messages.
        :raises AuthError: it is not a private key of RSA, of an elliptic curve or Ed25519, is too weak,
            or is meant for something else.
        """
        if isinstance(value, ClientKey):
            return value
        text = json.dumps(dict(value)) if isinstance(value, Mapping) else value
        if not isinstance(text, str | bytes):
            raise AuthError(f"{what} must be a key as PEM or JWK, not {type(value).__name__}")
        return _import(
            text if isinstance(text, str) else text.decode("utf-8", "replace"), what, use
        )

    @property
    def algorithm(self) -> str:
        """The algorithm that the key signs with: its own ``alg``, or the usual one of its kind."""
        return self.key.alg or _signing_algorithms(self.key)[0]

    @property
    def kid(self) -> str:
        """What the key is called: its own ``kid``, or else its thumbprint (RFC 7638)."""
        return self.key.kid or self.key.thumbprint()

    def public(self) -> dict[str, Any]:
        """Return the public key as a JWK, for the provider."""
        return {**self.key.as_dict(private=False), "kid": self.kid, "use": self.use}


@lru_cache(maxsize=100)  # importing checks the numbers of an RSA key, which takes long
def _import(text: str, what: str, use: Use) -> ClientKey:
    try:
        from joserfc.errors import JoseError
    except ImportError:
        raise missing_extra("a private key of the client") from None
    try:
        is_pem = text.lstrip().startswith("-----BEGIN")
        key: Any = _from_pem(text.strip(), what) if is_pem else _from_jwk(json.loads(text), what)
    except (JoseError, ValueError, TypeError, KeyError, AttributeError):
        # What was wrong may say what is in it.
        raise AuthError(f"{what} is not a key as PEM or JWK that can be read") from None
    _check(key, what, use)
    return ClientKey(key, use)


def _from_jwk(members: dict[str, Any], what: str) -> Key:
    from joserfc.jwk import JWKRegistry

    if members.get("kty") == "RSA":
        _check_size(bits_of(members.get("n")), what)
    return JWKRegistry.import_key(members)


def _from_pem(text: str, what: str) -> Key:
    """Return the key of a PEM text, whose kind joserfc wants to know first."""
    from cryptography.hazmat.primitives.asymmetric import ec, rsa
    from cryptography.hazmat.primitives.serialization import load_pem_private_key
    from joserfc.jwk import ECKey, OKPKey, RSAKey

    private = load_pem_private_key(text.encode(), password=None)
    if isinstance(private, rsa.RSAPrivateKey):
        _check_size(private.key_size, what)
        return RSAKey.import_key(text)
    if isinstance(private, ec.EllipticCurvePrivateKey):
        return ECKey.import_key(text)
    return OKPKey.import_key(text)


def _check_size(bits: int, what: str) -> None:
    """Refuse a weak RSA key, before joserfc warns of it (RFC 7518 sections 3.3 and 4.3)."""
    if not MIN_RSA_BITS <= bits <= MAX_RSA_BITS:
        raise AuthError(f"{what} must have {MIN_RSA_BITS} to {MAX_RSA_BITS} bits")


def _check(key: Any, what: str, use: Use) -> None:
    if key.key_type not in ("RSA", "EC", "OKP") or not key.is_private:
        raise AuthError(f"{what} must be a private key of RSA or of an elliptic curve")
    meant_for = key.get("use", use)
    if meant_for != use:
        raise AuthError(f"{what} is a key with the use {meant_for!r}, not {use!r}")
    if use == "enc":
        if key.key_type == "OKP" and key.get("crv") != "X25519":
            raise AuthError(f"{what} is a key for {key.get('crv')}, to which nothing is encrypted")
        return
    algorithms = _signing_algorithms(key)
    if not algorithms or key.alg not in (None, *algorithms):
        kind = key.alg or key.get("crv")
        raise AuthError(f"{what} is a key for {kind}, which no client signs with here")


def _signing_algorithms(key: Any) -> tuple[str, ...]:
    return _SIGNING.get(key.get("crv") or key.key_type, ())
