"""Addresses of a sign-in: which may carry a protocol, and which stay on this site."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from tornado.util import shortened

from ._errors import AuthError

if TYPE_CHECKING:
    from tornado.httputil import HTTPServerRequest

#: What a URL must not contain (RFC 3986 section 2), and browsers would skip or read as a slash.
_NOT_OF_URLS = re.compile(r"[\x00-\x20\x7f\\]")


def is_loopback(host: str | None) -> bool:
    """Tell whether a host, without a port, is this machine (RFC 8252 section 7.3)."""
    if not host:
        return False
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def check_address(url: object, what: str, *, named_by: str | None = None) -> str:
    """Return an address of a protocol: an endpoint, or where the browser comes back.

    :param what: what it is the address of, for the message.
    :param named_by: the address of the party that named it, if it is not the program: from one on
        another machine, an address of a service on this one is not taken, whatever its scheme.
    :raises AuthError: it is not an absolute https URL (http on loopback) without a user and a fragment,
        or not one that this party may name.
    """
    parts = _split(url)
    if not isinstance(url, str) or parts is None or not parts.hostname:
        raise AuthError(f"{what} must be an absolute URL, not {shortened(str(url))}")
    if "@" in parts.netloc or "#" in url:
        raise AuthError(f"{what} must not have a user or a fragment: {without_query(url)}")
    is_here = is_loopback(parts.hostname)
    if parts.scheme != "https" and not (parts.scheme == "http" and is_here):
        raise AuthError(f"{what} must be an https URL, not {without_query(url)}")
    if is_here and named_by is not None and not _is_on_loopback(named_by):
        raise AuthError(
            f"{what} must not be on this machine, because {without_query(named_by)} on another one"
            f" names it: {without_query(url)}"
        )
    return url


def _is_on_loopback(url: str) -> bool:
    parts = _split(url)
    return parts is not None and is_loopback(parts.hostname)


def without_query(url: str) -> str:
    """Return a URL for a message: without its query, user and fragment, which may hold secrets."""
    parts = _split(url)
    if parts is None:
        return "a URL that is not valid"
    return shortened(f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}")


def local_address(request: HTTPServerRequest, url: str | None) -> str | None:
    r"""Return the path and query of an address on this site; None if it leads away, or is not one.

    Browsers read ``//host``, ``/\host`` and the like as another host, whatever was meant.

    :param url: an address that came from outside: a path, or a whole URL of this site.
    """
    if not url or _NOT_OF_URLS.search(url):
        return None
    origin = f"{request.protocol}://{request.host}"
    if url.lower().startswith(origin.lower()):
        url = url[len(origin) :] or "/"
    return url if url.startswith("/") and not url.startswith("//") else None


def _split(url: object) -> SplitResult | None:
    if not isinstance(url, str) or _NOT_OF_URLS.search(url):
        return None
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - it is checked when it is read
    except ValueError:
        return None
    return parts


def checked_next(request: HTTPServerRequest, url: str | None) -> str:
    """Return the path and query of where the user wants to go after a sign-in; "" if nowhere.

    :raises AuthError: it leads to another site.
    """
    if not url:
        return ""
    address = local_address(request, url)
    if address is None:
        raise AuthError("next must be an address on this site")
    return address
