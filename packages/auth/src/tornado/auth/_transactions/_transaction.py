"""The transaction of a sign-in, as the browser's cookie has it."""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import json
import secrets
import time
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

#: For how many seconds a browser may take to come back.
LIFETIME = 600

#: Seconds by which the clocks of two hosts that serve one site may differ.
MAX_SKEW = 30


def new_secret() -> str:
    """Return 43 characters that nobody can guess: 256 bits, in the alphabet of RFC 7636 section 4.1."""
    return secrets.token_urlsafe(32)


def new_state() -> str:
    """Return a state: 22 characters, 128 bits, which also name a cookie."""
    return secrets.token_urlsafe(16)


def challenge_of(verifier: str) -> str:
    """Return the PKCE challenge of a verifier, by the method S256 (RFC 7636 section 4.2)."""
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def network_of(address: str | None) -> str:
    """Return a short name of a browser's network: an IPv4 address, or the 64 bits that a site of IPv6 has.

    :param address: the address of the request.
    """
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"  # a Unix socket
    size = 8 if parsed.version == 6 else 4
    digest = hashlib.sha256(parsed.packed[:size]).digest()
    return base64.urlsafe_b64encode(digest[:6]).decode("ascii")


@dataclass(frozen=True, kw_only=True)
class Transaction:
    """What a sign-in has to remember until the browser comes back."""

    #: Names the transaction in its browser; the provider sends it back. A program may choose it.
    state: str
    #: Who is asked: the issuer, or the endpoint where the provider has none.
    provider: str
    #: Where the browser comes back, exactly.
    redirect_uri: str = ""
    #: In the id token (OpenID Connect Core section 3.1.2.1).
    nonce: str = field(default="", repr=False)
    #: The PKCE verifier (RFC 7636), for the token request only.
    verifier: str = field(default="", repr=False)
    #: Where the program wants to go afterwards: a path on this site.
    next: str = ""
    #: What else a protocol has to remember; small, because it travels in a cookie.
    data: Mapping[str, str] = field(default_factory=dict, repr=False)
    #: Names the network where it began, so that the ids of one do not fill a store; see :func:`network_of`.
    network: str = ""
    #: When it began, in seconds since the epoch.
    started: float = field(default_factory=time.time)
    #: Names the transaction among those of all browsers, so that it counts once.
    id: str = field(default_factory=new_state)

    @property
    def challenge(self) -> str:
        """The PKCE challenge of the verifier."""
        return challenge_of(self.verifier)

    def is_expired(self) -> bool:
        """Tell whether the browser took too long."""
        return not -MAX_SKEW <= time.time() - self.started <= LIFETIME

    def to_json(self) -> str:
        """Return the text that the cookie signs."""
        members = {name: value for name, value in asdict(self).items() if value}
        return json.dumps(members, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: bytes) -> Transaction | None:
        """Return the transaction that was signed; None if another version signed what is not one."""
        try:
            members = json.loads(text)
            # A new id each time that it is read would let a transaction count more than once.
            return cls(**members) if members.get("id") else None
        except (AttributeError, TypeError, ValueError):
            return None
