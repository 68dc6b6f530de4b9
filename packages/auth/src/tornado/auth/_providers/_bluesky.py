"""The profile of OAuth 2 that Bluesky and the other servers of the AT Protocol use.

Requests are pushed, tokens are bound to a key, and nobody registers: the id of a client is the address
of a document that describes it. Finding the authorization server of a user's handle is left to the
program.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._addresses import check_address
from .._errors import AuthError
from .._oauth2._discovery import fetch_metadata
from .._oauth2._provider import OAuth2Provider

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tornado.httpclient import AsyncHTTPClient

_SCOPE = ("atproto",)

#: What the metadata of a server of this profile have to say.
_REQUIRED = (
    "authorization_response_iss_parameter_supported",
    "client_id_metadata_document_supported",
    "require_pushed_authorization_requests",
)


async def discover_bluesky_provider(
    issuer: str = "https://bsky.social",
    http_client: AsyncHTTPClient | None = None,
    *,
    scope: Iterable[str] = _SCOPE,
) -> OAuth2Provider:
    """Ask an authorization server of the AT Protocol for its addresses.

    The id of the program, in the setting ``bluesky_oauth`` or an argument, is the address of its
    document; see :func:`bluesky_client_metadata`. The member ``sub`` of the tokens is the user's DID.

    :param issuer: the authorization server of the user.
    :param scope: what is asked for, ``atproto`` among it.
    :raises AuthError: the server does not have this profile.

    .. versionadded:: 1.0
    """
    from tornado.httpclient import AsyncHTTPClient

    metadata = await fetch_metadata(http_client or AsyncHTTPClient(), issuer)
    _check_profile(issuer, metadata)
    return OAuth2Provider.from_metadata(
        metadata,
        name="bluesky",
        client_authentication="none",
        uses_dpop=True,
        requires_subject=True,
        scope=tuple(scope),
    )


def _check_profile(issuer: str, metadata: Mapping[str, Any]) -> None:
    lacking = [name for name in _REQUIRED if metadata.get(name) is not True]
    if not _has(metadata, "dpop_signing_alg_values_supported", "ES256"):
        lacking.append("dpop_signing_alg_values_supported")
    if not _has(metadata, "scopes_supported", "atproto"):
        lacking.append("scopes_supported")
    if lacking:
        raise AuthError(f"{issuer} is not a server of the AT Protocol: see {', '.join(lacking)}")


def _has(metadata: Mapping[str, Any], name: str, value: str) -> bool:
    values = metadata.get(name)
    return isinstance(values, list) and value in values


def bluesky_client_metadata(
    client_id: str,
    redirect_uris: Sequence[str],
    *,
    client_name: str,
    scope: Iterable[str] = _SCOPE,
    **others: Any,
) -> dict[str, Any]:
    """Return the document that describes a program, to be served as JSON at the address ``client_id``.

    :param client_id: the https address of the document.
    :param redirect_uris: where browsers come back.
    :param client_name: what users are shown.
    :param scope: all that the program may ask for.
    :param others: more members, such as ``client_uri``, ``logo_uri``, ``policy_uri``.

    .. versionadded:: 1.0
    """
    return {
        "client_id": check_address(client_id, "client_id"),
        "client_name": client_name,
        "application_type": "web",
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "redirect_uris": [check_address(each, "redirect_uri") for each in redirect_uris],
        "scope": " ".join(scope),
        "token_endpoint_auth_method": "none",
        "dpop_bound_access_tokens": True,
        **others,
    }
