"""What a program is at a provider of OpenID Connect, and what it asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

from .._addresses import check_address
from .._client_keys import ClientKey
from .._errors import AuthError
from ._algorithms import ALGORITHMS
from ._id_token import MAX_LEEWAY
from ._tenants import check_tenants, is_tenant_of

if TYPE_CHECKING:
    from .._client_keys import KeySetting, Use


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
    #: Private keys that id tokens are encrypted to, if the client was registered with
    #: ``id_token_encrypted_response_alg``: then others are refused. Several while they change.
    decryption_keys: tuple[KeySetting | ClientKey, ...] = field(default=(), repr=False)
    #: The ids of the tenants whose users may sign in, where the issuer is Microsoft's for several: ``common``,
    #: ``organizations`` or ``consumers``. ``("*",)`` is everybody with an account there.
    tenants: tuple[str, ...] = ()
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
        for name in ("scope", "algorithms", "trusted_audiences", "decryption_keys", "tenants"):
            if isinstance(getattr(self, name), str | bytes | Mapping):
                raise AuthError(f"{name} must be a list, not one value")
            object.__setattr__(self, name, tuple(getattr(self, name)))
        self._import_keys()
        check_tenants(self.tenants)
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

    def _import_keys(self) -> None:
        if self.private_key is not None:
            if self.secret:
                raise AuthError("the setting oidc has secret and private_key: give one of them")
            key = ClientKey.from_setting(self.private_key, "private_key", "sig")
            object.__setattr__(self, "private_key", key)
        keys = [
            ClientKey.from_setting(each, "decryption_keys", "enc") for each in self.decryption_keys
        ]
        object.__setattr__(self, "decryption_keys", tuple(keys))

    def client_keys(self, use: Use) -> list[ClientKey]:
        """Return the private keys for signatures, ``"sig"``, or for encrypted tokens, ``"enc"``."""
        keys = (self.private_key, *self.decryption_keys)
        return [each for each in keys if isinstance(each, ClientKey) and each.use == use]

    def is_client_of(self, issuer: str) -> bool:
        """Tell whether tokens of an issuer are for this client: of its own, or of a tenant's."""
        return issuer == self.issuer or is_tenant_of(issuer, self.issuer, self.tenants)

    def public_keys(self) -> dict[str, Any]:
        """Return the client's public keys as a JWK Set (RFC 7517 section 5).

        The provider gets it as ``jwks``, or asks for it at the ``jwks_uri`` of the client.
        """
        keys = [*self.client_keys("sig"), *self.client_keys("enc")]
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
