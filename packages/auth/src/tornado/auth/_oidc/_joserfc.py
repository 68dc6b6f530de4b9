"""The border to joserfc, which does all cryptography: keys and signatures.

It is loaded by the first use, because it comes with an extra of this distribution. What joserfc and
this package decide differently is in the record ``docs/design``, "Tokens are checked by joserfc".
"""

from __future__ import annotations

import base64
import binascii
from functools import cache
from typing import TYPE_CHECKING, Any

from .._errors import AuthError
from .._extra import missing_extra

if TYPE_CHECKING:
    from collections.abc import Mapping

    from joserfc.jwe import JWERegistry
    from joserfc.jwk import Key
    from joserfc.jws import JWSRegistry

    from ._algorithms import Algorithm

#: Sizes of a token in bytes, in base64url. joserfc's own 512 for the header refuse a certificate chain.
MAX_HEADER_SIZE = 16 * 1024
MAX_PAYLOAD_SIZE = 64 * 1024
MAX_SIGNATURE_SIZE = 2 * 1024

#: Bits of an RSA modulus: at least by RFC 7518 section 3.3, at most by what a check may cost.
MIN_RSA_BITS = 2048
MAX_RSA_BITS = 8192


def require_joserfc() -> None:
    """Check that id tokens can be checked here.

    :raises AuthError: joserfc is not installed.
    """
    try:
        import joserfc  # noqa: F401 - only whether it is there
    except ImportError:
        raise missing_extra("checking id tokens") from None


def import_public_key(jwk: Mapping[str, Any]) -> Key | None:
    """Return a key of a provider's set (RFC 7517 section 4); None if no signature may rest on it.

    That is a key that is private or shared, meant for something else, too weak, too large, of an
    unknown type, or malformed: RFC 7517 section 5 says to ignore such ones.
    """
    from joserfc.errors import JoseError
    from joserfc.jwk import JWKRegistry

    if not _is_for_signatures(jwk):
        return None
    try:
        return JWKRegistry.import_key(dict(jwk))
    except (JoseError, ValueError, TypeError, KeyError, AttributeError, OverflowError):
        return None  # a key that does not hold what its type asks for


def _is_for_signatures(jwk: Mapping[str, Any]) -> bool:
    if "d" in jwk or "k" in jwk or jwk.get("use", "sig") != "sig":
        return False
    operations = jwk.get("key_ops", ["verify"])
    if not isinstance(operations, list) or "verify" not in operations:
        return False
    if jwk.get("kty") == "RSA":
        return MIN_RSA_BITS <= bits_of(jwk.get("n")) <= MAX_RSA_BITS
    return jwk.get("kty") in ("EC", "OKP")


def bits_of(number: object) -> int:
    """Return how many bits a number in base64url has, before joserfc warns of a small one."""
    if not isinstance(number, str) or len(number) > MAX_RSA_BITS:
        return 0
    try:
        value = base64.urlsafe_b64decode(number + "=" * (-len(number) % 4))
    except (ValueError, binascii.Error):
        return 0
    return int.from_bytes(value, "big").bit_length()


def import_secret(secret: str, algorithm: Algorithm) -> Key:
    """Return the key of HMAC that a client's secret is (OpenID Connect Core section 10.1).

    :raises AuthError: the secret is shorter than RFC 7518 section 3.2 asks, or a public key.
    """
    from joserfc.jwk import OctKey

    if len(secret.encode()) < algorithm.secret_size:
        message = (
            f"a client secret for {algorithm.name} needs {algorithm.secret_size} bytes or more"
        )
        raise AuthError(f"{message} (RFC 7518 section 3.2)")
    if "-----BEGIN" in secret:
        raise AuthError(f"a public key cannot be the client secret for {algorithm.name}")
    return OctKey.import_key(secret)


def verify(token: str, key: Key, algorithm: str) -> bytes | None:
    """Return the payload of a token in compact form; None if the signature is not by this key."""
    from joserfc.errors import JoseError
    from joserfc.jws import deserialize_compact

    try:
        return deserialize_compact(token, key, registry=_registry(algorithm)).payload
    except (JoseError, ValueError):
        return None


def decrypt(token: str, key: Key, *algorithms: str) -> str | None:
    """Return the text in an encrypted token in compact form; None if it is not for this key.

    :param algorithms: of the key and of the contents; the header has been checked for them.
    """
    from joserfc.jwe import decrypt_compact

    try:
        plaintext: bytes | None = decrypt_compact(
            token, key, registry=_encryption(algorithms)
        ).plaintext
        return None if plaintext is None else plaintext.decode("ascii")
    except Exception:  # noqa: BLE001 - nobody may learn what has failed
        return None


@cache
def _encryption(algorithms: tuple[str, ...]) -> JWERegistry:
    from joserfc.jwe import JWERegistry

    registry = JWERegistry(algorithms=algorithms, strict_check_header=False)
    registry.max_protected_header_length = MAX_HEADER_SIZE
    registry.max_encrypted_key_length = MAX_SIGNATURE_SIZE
    registry.max_ciphertext_length = 2 * (MAX_HEADER_SIZE + MAX_PAYLOAD_SIZE)
    return registry


@cache
def _registry(algorithm: str) -> JWSRegistry:
    from joserfc.jws import JWSRegistry

    # Of the header, joserfc reads the algorithm alone. Parameters that are not critical are ignored (RFC 7515
    # sections 4.2, 4.3): providers send some. The others have been checked before.
    registry = JWSRegistry(algorithms=[algorithm], strict_check_header=False)
    registry.header_registry = {"alg": registry.header_registry["alg"]}
    registry.max_header_length = MAX_HEADER_SIZE
    registry.max_payload_length = MAX_PAYLOAD_SIZE
    registry.max_signature_length = MAX_SIGNATURE_SIZE
    return registry
