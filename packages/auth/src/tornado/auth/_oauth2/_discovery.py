"""The metadata of an authorization server, from the server itself (RFC 8414)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from .._addresses import check_address
from .._errors import AuthError
from .._http import fetch, read_object
from ._provider import OAuth2Provider

if TYPE_CHECKING:
    from tornado.httpclient import AsyncHTTPClient

_MAX_SIZE = 256 * 1024


async def fetch_metadata(client: AsyncHTTPClient, issuer: str) -> dict[str, Any]:
    """Return the metadata of an authorization server, which say that they are its own.

    :param issuer: its identifier, an https URL.
    :raises AuthError: there are none, or they are of another issuer (RFC 8414 section 3.3).
    """
    what = "the metadata of the authorization server"
    parts = urlsplit(check_address(issuer, "issuer"))
    well_known = f"/.well-known/oauth-authorization-server{parts.path.rstrip('/')}"
    url = parts._replace(path=well_known).geturl()
    metadata = read_object(await fetch(client, url, what=what, max_size=_MAX_SIZE), what)
    if metadata.get("issuer") != issuer:
        raise AuthError(f"{what} {issuer} are those of another issuer")
    return metadata


async def discover_oauth2_provider(
    issuer: str, http_client: AsyncHTTPClient | None = None, **changes: Any
) -> OAuth2Provider:
    """Ask an authorization server for its addresses and what it supports (RFC 8414).

    :param issuer: its identifier, an https URL.
    :param http_client: by default the one that all share.
    :param changes: attributes of the result that differ: ``name="ours"``.
    :raises AuthError: it has no metadata, or not its own.

    .. versionadded:: 1.0
    """
    from tornado.httpclient import AsyncHTTPClient

    metadata = await fetch_metadata(http_client or AsyncHTTPClient(), issuer)
    return OAuth2Provider.from_metadata(metadata, **changes)
