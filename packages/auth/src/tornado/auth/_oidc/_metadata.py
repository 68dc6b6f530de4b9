"""What a provider says about itself (OpenID Connect Discovery 1.0 section 3, RFC 8414, RFC 9207)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tornado.util import shortened

from .._addresses import check_address
from .._errors import AuthError
from ._tenants import is_template_of

#: The largest document that is read, in bytes.
MAX_DOCUMENT_SIZE = 256 * 1024


def discovery_address(issuer: str) -> str:
    """Return where the document of an issuer is (OpenID Connect Discovery section 4.1).

    :raises AuthError: the issuer is not an https URL (http on loopback) without query and fragment.
    """
    check_address(issuer, "the issuer")
    if "?" in issuer:
        raise AuthError(f"an issuer has no query: {shortened(issuer)}")
    return f"{issuer.removesuffix('/')}/.well-known/openid-configuration"


@dataclass(frozen=True)
class ProviderMetadata:
    """The endpoints of a provider, and what it announces, from its own document."""

    issuer: str
    #: The issuer that the document names instead, with a place for a tenant.
    issuer_template: str | None
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None
    end_session_endpoint: str | None
    revocation_endpoint: str | None
    document: dict[str, Any]  #: the whole document

    @classmethod
    def parse(cls, document: dict[str, Any], issuer: str) -> ProviderMetadata:
        """Return the metadata of the issuer that was asked for.

        :raises AuthError: the document is another issuer's (OpenID Connect Discovery section 4.3), or
            an endpoint is missing or not an https URL.
        """
        found, template = document.get("issuer"), None
        if found != issuer:
            if not is_template_of(found, issuer):
                message = f"the document of {shortened(issuer)} is that of {shortened(str(found))}"
                raise AuthError(message)
            template, document = str(found), {**document, "issuer": issuer}
        return cls(
            issuer,
            template,
            _endpoint(document, "authorization_endpoint"),
            _endpoint(document, "token_endpoint"),
            _endpoint(document, "jwks_uri"),
            _optional_endpoint(document, "userinfo_endpoint"),
            _optional_endpoint(document, "end_session_endpoint"),
            _optional_endpoint(document, "revocation_endpoint"),
            document,
        )

    def announces(self, name: str) -> bool:
        """Tell whether a boolean of the document is there and true."""
        return self.document.get(name) is True

    def names(self, name: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        """Return a list of names of the document, such as ``token_endpoint_auth_methods_supported``."""
        value = self.document.get(name)
        if not isinstance(value, list):
            return default
        return tuple(each for each in value if isinstance(each, str))


def _endpoint(document: dict[str, Any], name: str) -> str:
    what = f"the provider's {name}"
    return check_address(document.get(name), what, named_by=document["issuer"])


def _optional_endpoint(document: dict[str, Any], name: str) -> str | None:
    return None if document.get(name) is None else _endpoint(document, name)
