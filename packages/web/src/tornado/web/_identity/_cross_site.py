"""Requests that pages of other sites make, recognized by the fields that browsers send."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._errors import HTTPError

if TYPE_CHECKING:
    from ._identity import Identity

#: Values of ``Sec-Fetch-Site`` for requests that our own pages or the user have made.
_OWN = frozenset({"same-origin", "none"})


def check_fetch_metadata(handler: Identity) -> None:
    """Refuse a request of another site: go by Sec-Fetch-Site, or by Origin in older browsers.

    Clients that send neither are not browsers: they have no cookies that another site could use.

    :raises HTTPError: 403 if the request comes from an origin that is not trusted.
    """
    headers = handler.request.headers
    site, origin = headers.get("Sec-Fetch-Site"), headers.get("Origin")
    if site is not None:
        is_own = site in _OWN
    else:
        is_own = origin is None or is_origin_of(origin, handler.request.host)
    if is_own or (origin is not None and handler.check_trusted_origin(origin)):
        return
    if site is not None:
        raise HTTPError(403, "Sec-Fetch-Site %s (Origin %r) not allowed", site, origin)
    raise HTTPError(403, "Origin %r not allowed", origin)


def is_origin_of(origin: str, host: str) -> bool:
    """Tell whether an origin (RFC 6454 section 6.2) is that of a host, with http or https.

    The schemes are not compared, because a proxy may have removed the TLS.
    """
    from urllib.parse import urlsplit  # a slow import

    try:
        netloc = urlsplit(origin).netloc
    except ValueError:
        return False
    return bool(netloc) and netloc.lower() == host.lower()
