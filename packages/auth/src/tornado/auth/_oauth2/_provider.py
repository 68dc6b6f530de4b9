"""What is known of a provider of OAuth 2, and of the client that a program is there."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, cast

from .._addresses import check_address
from .._endpoints import address_in_settings
from .._errors import AuthError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .._client_keys import ClientKey

#: How a client proves who it is (RFC 6749 section 2.3.1): one way in a request.
ClientAuthentication = Literal[
    "client_secret_basic", "client_secret_post", "private_key_jwt", "none"
]

#: The members of metadata that are addresses, and the attributes that hold them.
_ADDRESSES = {
    "authorization_endpoint": "authorize_url",
    "token_endpoint": "token_url",
    "revocation_endpoint": "revocation_url",
    "pushed_authorization_request_endpoint": "par_url",
    "userinfo_endpoint": "userinfo_url",
    "end_session_endpoint": "end_session_url",
    "jwks_uri": "jwks_url",
}

_METHODS: tuple[ClientAuthentication, ...] = ("client_secret_basic", "client_secret_post", "none")


@dataclass(frozen=True, kw_only=True)
class OAuth2Provider:
    """The endpoints of a provider, and what it supports.

    ::

        OURS = OAuth2Provider(
            name="ours",
            authorize_url="https://login.example.com/authorize",
            token_url="https://login.example.com/token",
        )

    Use :func:`dataclasses.replace` for one that differs. The setting ``auth_endpoints`` of an application
    points addresses elsewhere: ``{"ours.token_url": "http://127.0.0.1:9000/token"}``.

    .. versionadded:: 1.0
    """

    #: A short name. The client's id and secret are in the setting of this name and ``_oauth``.
    name: str
    #: Where the browser is sent.
    authorize_url: str
    #: Where the code is exchanged for tokens.
    token_url: str
    #: The issuer identifier (RFC 8414 section 2), if the provider has one.
    issuer: str | None = None
    #: Whether every answer names the issuer (RFC 9207 section 3); then one that does not is refused.
    sends_issuer: bool = False
    #: How the client proves who it is, if it has a secret; with ``private_key_jwt`` it has a key instead
    #: (RFC 7523), in the member ``private_key`` of its setting.
    client_authentication: ClientAuthentication = "client_secret_basic"
    #: Whom assertions of the client are for, if the provider does not take its issuer: its token endpoint.
    assertion_audience: str | None = None
    #: Where tokens are revoked (RFC 7009).
    revocation_url: str | None = None
    #: Where the authorization request is pushed to (RFC 9126), if it is to be pushed.
    par_url: str | None = None
    #: Whether tokens are bound to a key of the client (DPoP, RFC 9449); this needs the extra ``oidc``.
    uses_dpop: bool = False
    #: Whether the token answer has to say whose tokens they are, in ``sub``, as AT Protocol's does.
    requires_subject: bool = False
    #: The scope that is asked for, if the program does not say another one.
    scope: tuple[str, ...] = ()
    #: More parameters of the authorization request.
    extra_params: Mapping[str, str] = field(default_factory=dict)
    #: Where the user's data are.
    userinfo_url: str | None = None
    #: Where a user is signed out (OpenID Connect RP-Initiated Logout).
    end_session_url: str | None = None
    #: Where the keys of id tokens are.
    jwks_url: str | None = None
    #: Where the browser comes back, in a handler for several providers: a different address for each
    #: of those that do not send their issuer.
    redirect_uri: str | None = None

    @property
    def id(self) -> str:
        """What a transaction calls the provider: the issuer, or an endpoint if it has none."""
        return self.issuer or self.token_url or self.authorize_url

    @classmethod
    def from_metadata(cls, metadata: Mapping[str, Any], **changes: Any) -> OAuth2Provider:
        """Return the provider that a metadata document describes (RFC 8414 section 2).

        Members that are not known are ignored. The caller has compared the issuer with the one that was
        asked.

        :param metadata: the members of the document.
        :param changes: attributes that differ: ``uses_dpop=True``.
        :raises AuthError: the document lacks an endpoint or has one that is not https.
        """
        known: dict[str, Any] = {
            attribute: check_address(
                metadata[member], f"{member} of the metadata", named_by=metadata["issuer"]
            )
            for member, attribute in _ADDRESSES.items()
            if metadata.get(member) is not None
        }
        if not metadata.get("require_pushed_authorization_requests"):
            known.pop("par_url", None)
        known |= {
            "name": metadata["issuer"],
            "issuer": metadata["issuer"],
            "sends_issuer": metadata.get("authorization_response_iss_parameter_supported") is True,
            "client_authentication": _method_of(metadata),
        } | changes
        for attribute in ("authorize_url", "token_url"):
            if attribute not in known:
                raise AuthError(f"the metadata of {metadata['issuer']} has no {attribute}")
        return cls(**known)


def _method_of(metadata: Mapping[str, Any]) -> ClientAuthentication:
    """Return the first method that both sides know; Basic is the default (RFC 8414 section 2)."""
    offered = metadata.get("token_endpoint_auth_methods_supported")
    if not isinstance(offered, list):
        return "client_secret_basic"
    return next((method for method in _METHODS if method in offered), "client_secret_basic")


def with_settings(mixin: object, provider: OAuth2Provider) -> OAuth2Provider:
    """Return a provider whose addresses are those of the setting ``auth_endpoints``, where it has them."""
    found = {
        attribute: address
        for attribute in (*_ADDRESSES.values(), "issuer", "redirect_uri")
        if (address := address_in_settings(mixin, f"{provider.name}.{attribute}"))
    }
    return replace(provider, **cast("dict[str, Any]", found)) if found else provider


@dataclass(frozen=True)
class Client:
    """A program, as a provider knows it.

    :param id: what the provider calls it.
    :param secret: what it proves that with; None for a public client.
    :param private_key: what it proves that with instead.
    """

    id: str
    secret: str | None = field(default=None, repr=False)
    private_key: ClientKey | None = None

    def __post_init__(self) -> None:
        if self.secret and self.private_key is not None:
            raise AuthError(
                f"the client {self.id} has a secret and a private_key: give the one that it was"
                " registered with"
            )
