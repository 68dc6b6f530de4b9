"""What a provider tells about a user beside the id token (OpenID Connect Core section 5.3)."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Any

from .._errors import AuthError
from .._http import fetch, read_object

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tornado.httpclient import AsyncHTTPClient

    from .._oauth2._dpop import DPoPKey

_WHAT = "the userinfo endpoint"

#: The largest answer that is read, in bytes.
MAX_USERINFO_SIZE = 256 * 1024


#: Claims that say something about another claim, and mean nothing beside one of another source.
_ABOUT = {"email_verified": "email", "phone_number_verified": "phone_number"}


def merge_claims(id_token: Mapping[str, Any], userinfo: Mapping[str, Any]) -> dict[str, Any]:
    """Return the claims of a user: those of the id token, and what only the userinfo has.

    Whether an address is verified is taken from the source of that address.
    """
    user = {**userinfo, **id_token}
    for about, name in _ABOUT.items():
        user.pop(about, None)
        for source in (id_token, userinfo):
            if about in source and source.get(name) == user.get(name):
                user[about] = source[about]
                break
    return user


async def fetch_userinfo(
    client: AsyncHTTPClient,
    url: str,
    access_token: str,
    subject: str,
    dpop_key: DPoPKey | None = None,
) -> dict[str, Any]:
    """Return the claims of the userinfo endpoint, which must be about the user of the id token.

    :param subject: ``sub`` of the id token.
    :raises AuthError: they are about somebody else (section 5.3.2), or are not plain JSON.
    """
    if dpop_key is None:
        headers = {"Authorization": f"Bearer {access_token}"}
        response = await fetch(client, url, what=_WHAT, headers=headers, max_size=MAX_USERINFO_SIZE)
    else:
        response = await dpop_key.fetch(
            client, url, what=_WHAT, access_token=access_token, max_size=MAX_USERINFO_SIZE
        )
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if response.code == 200 and kind != "application/json":
        raise AuthError(f"{_WHAT} sent {kind or 'no type'!r} instead of application/json")
    claims = read_object(response, _WHAT, (access_token,))
    found = claims.get("sub")
    if not isinstance(found, str) or not hmac.compare_digest(
        found.encode("utf-8", "surrogatepass"), subject.encode("utf-8", "surrogatepass")
    ):
        raise AuthError(f"{_WHAT} answered about another user than the id token")
    return claims
