"""Issuers with a place for a tenant, as Microsoft's ``common`` has it.

The document of such a provider names ``https://login.example.com/{tenantid}/v2.0`` as its issuer: each tenant is
an issuer of its own, and the claim ``tid`` of a token says which. All have the same endpoints and keys.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tornado.util import shortened

from .._errors import AuthError

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from joserfc.jwk import Key

#: Stands for all tenants in the list of a client.
ANY = "*"

_PLACE = "{tenantid}"

#: The id of a tenant (RFC 9562 section 4).
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def check_tenants(tenants: tuple[object, ...]) -> None:
    """Check the tenants that a program allows.

    :raises AuthError: one of them is not an id. A domain is not: tokens do not name it.
    """
    for tenant in tenants:
        if tenant != ANY and not (isinstance(tenant, str) and _ID.fullmatch(tenant)):
            raise AuthError(
                f"tenants has {shortened(str(tenant))}, which is not the id of a tenant in lower case,"
                f" and not {ANY!r}"
            )


def is_template_of(found: object, issuer: str) -> bool:
    """Tell whether a document names an issuer with a place for a tenant where this one has a name."""
    return isinstance(found, str) and _difference(found, issuer) == _PLACE


def is_tenant_of(issuer: str, asked: str, tenants: Container[str]) -> bool:
    """Tell whether an issuer is that of an allowed tenant, where another one was asked for."""
    tenant = _difference(issuer, asked)
    return tenant is not None and _is_allowed(tenant, tenants)


def issuer_of_tenant(
    template: str, claims: Mapping[str, Any], tenants: Container[str], what: str
) -> str:
    """Return the issuer that a token must have: that of the tenant which it names.

    :param tenants: the ids of those that are allowed.
    :raises AuthError: it names none, or one that is not allowed.
    """
    tenant = claims.get("tid")
    if not isinstance(tenant, str) or not _is_allowed(tenant, tenants):
        raise AuthError(f"{what} is of the tenant {shortened(str(tenant))}, which is not allowed")
    return template.replace(_PLACE, tenant)


def check_key_of_tenant(key: Key, template: str, issuer: str, what: str) -> None:
    """Check that a key signs for an issuer, if the set says whose it is: one tenant's, or everybody's.

    :raises AuthError: it is the key of another tenant.
    """
    owner = key.get("issuer")
    if owner is not None and owner not in (template, issuer):
        raise AuthError(f"{what} is signed with a key of {shortened(str(owner))}")


def _is_allowed(tenant: str, tenants: Container[str]) -> bool:
    return _ID.fullmatch(tenant) is not None and (tenant in tenants or ANY in tenants)


def _difference(issuer: str, asked: str) -> str | None:
    """Return the only segment of a path that differs from that of the issuer asked for."""
    found, expected = issuer.split("/"), asked.split("/")
    if len(found) != len(expected) or found[:3] != expected[:3]:  # the scheme and the host
        return None
    different = [one for one, other in zip(found, expected, strict=True) if one != other]
    return different[0] if len(different) == 1 else None
