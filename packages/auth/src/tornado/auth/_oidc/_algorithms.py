"""The signature algorithms that tokens of a provider may have (RFC 7518 section 3.1, RFC 9864)."""

from __future__ import annotations

import base64
import hashlib
from typing import NamedTuple


class Algorithm(NamedTuple):
    """What an algorithm asks of a key, and the hash that ``at_hash`` and ``c_hash`` use with it."""

    name: str
    key_type: str  #: ``kty`` of RFC 7517: RSA, EC, OKP, or oct for a shared secret
    hash: str  #: a name of hashlib
    curve: str | None = None

    @property
    def is_shared(self) -> bool:
        """Whether both sides have the same key: the client's secret (OpenID Connect Core section 10.1)."""
        return self.key_type == "oct"

    @property
    def secret_size(self) -> int:
        """Bytes that a secret must have at least (RFC 7518 section 3.2)."""
        return hashlib.new(self.hash).digest_size


# EdDSA is not here: RFC 9864 section 4.1.2 deprecates the name, because it does not say the curve.
_ALL = (
    *(Algorithm(f"RS{bits}", "RSA", f"sha{bits}") for bits in (256, 384, 512)),
    *(Algorithm(f"PS{bits}", "RSA", f"sha{bits}") for bits in (256, 384, 512)),
    Algorithm("ES256", "EC", "sha256", "P-256"),
    Algorithm("ES384", "EC", "sha384", "P-384"),
    Algorithm("ES512", "EC", "sha512", "P-521"),
    Algorithm("Ed25519", "OKP", "sha512", "Ed25519"),
    *(Algorithm(f"HS{bits}", "oct", f"sha{bits}") for bits in (256, 384, 512)),
)

#: By name. ``none`` is not among them, so no setting can allow it.
ALGORITHMS = {algorithm.name: algorithm for algorithm in _ALL}


def half_hash(algorithm: Algorithm, value: str) -> str:
    """Return what ``at_hash`` or ``c_hash`` must be for a token or code.

    The left half of its hash in base64url (OpenID Connect Core sections 3.1.3.6 and 3.3.2.11).
    """
    digest = hashlib.new(algorithm.hash, value.encode("utf-8", "surrogatepass")).digest()
    return base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()
