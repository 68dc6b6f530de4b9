"""What a program is at a provider of OpenID Connect, and what it asks for."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

from .._addresses import check_address
from .._client_keys import ClientKey
from .._errors import AuthError
from ._algorithms import ALGORITHMS
from ._id_token import MAX_LEEWAY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .._client_keys import KeySetting


@dataclass(frozen=True, kw_only=True)
class OpenIDConnectClient:
    """A program as a provider of OpenID Connect knows it: a member of the setting ``oidc``.

    ::

        settings["oidc"] = OpenIDConnectClient(
            issuer="https://login.example.com", key="the client id", secret="the client secret"
        )

    A dictionary with the same names does too.

    :raises AuthError: an option has a value that it must not have.

    .. versionadded:: 1.0
    """

    #: The provider, exactly as it writes its issuer. Everything else about it is in its own document.
    issuer: str
    #: The client id.
    key: str
    #: The client secret; None for a public client.
    secret: str | None = field(default=None, repr=False)
    #: What the client has instead of a secret, if it was registered with ``private_key_jwt`` (OpenID Connect
    #: Core section 9): a private key as PEM, or as a JWK. Each request has a new assertion that it signs.
    private_key: KeySetting | ClientKey | None = field(default=None, repr=False)
    #: Whom assertions are for, if the provider does not take its issuer: its token endpoint.
    assertion_audience: str | None = None
    #: What is asked for; ``openid`` has to be there (OpenID Connect Core section 3.1.2.1).
    scope: tuple[str, ...] = ("openid", "email", "profile")
    #: Algorithms that id tokens may be signed with: those that the client was registered with. RS256 is
    #: the default of every provider (Dynamic Client Registration section 2).
    algorithms: tuple[str, ...] = ("RS256",)
    #: Seconds since the user signed in at the provider, at most; None if that does not matter.
    max_age: float | None = None
    #: Seconds by which the clocks of both sides may differ, 0 to 300.
    leeway: float = 60
    #: Audiences beside this client that an id token may name.
    trusted_audiences: tuple[str, ...] = ()
    #: Whether to ask the provider's userinfo endpoint, where there is one: many providers have names and
    #: addresses there only.
    uses_userinfo: bool = True
    #: Whether tokens are bound to a key of this client (DPoP, RFC 9449).
    uses_dpop: bool = False
    #: Where the browser comes back, for a handler with several clients whose providers do not name
    #: themselves in their answers.
    redirect_uri: str | None = None

    def __post_init__(self) -> None:
        check_address(self.issuer, "the issuer")
        if not self.key:
            raise AuthError("an OpenIDConnectClient needs key, the client id")
        for name in ("scope", "algorithms", "trusted_audiences"):
            if isinstance(getattr(self, name), str):
                raise AuthError(f"{name} must be a list of names, not one text")
            object.__setattr__(self, name, tuple(getattr(self, name)))
        if self.private_key is not None:
            if self.secret:
                raise AuthError("the setting oidc has secret and private_key: give one of them")
            key = ClientKey.from_setting(self.private_key, "private_key", "sig")
            object.__setattr__(self, "private_key", key)
        if "openid" not in self.scope:
            raise AuthError("the scope must have 'openid' in it")
        for algorithm in self.algorithms:
            if algorithm not in ALGORITHMS:
                known = ", ".join(ALGORITHMS)
                raise AuthError(
                    f"{algorithm!r} is not an algorithm for id tokens; there are {known}"
                )
        if not 0 <= self.leeway <= MAX_LEEWAY:
            raise AuthError(f"the leeway must be 0 to {MAX_LEEWAY} seconds, not {self.leeway!r}")

    def public_keys(self) -> dict[str, Any]:
        """Return the client's public keys as a JWK Set (RFC 7517 section 5).

        The provider gets it as ``jwks``, or asks for it at the ``jwks_uri`` of the client.
        """
        keys = [each for each in (self.private_key,) if isinstance(each, ClientKey)]
        return {"keys": [key.public() for key in keys]}

    @classmethod
    def from_setting(cls, value: OpenIDConnectClient | Mapping[str, Any]) -> OpenIDConnectClient:
        """Return the client that a setting describes.

        :raises AuthError: the setting lacks an option, or has one that does not exist.
        """
        if isinstance(value, OpenIDConnectClient):
            return value
        known = {each.name for each in fields(cls)}
        for name in value:
            if name not in known:
                raise AuthError(
                    f"the setting oidc has {name!r}; there are {', '.join(sorted(known))}"
                )
        for name in ("issuer", "key"):
            if name not in value:
                raise AuthError(f"the setting oidc has no {name!r}")
        return cls(**value)
