"""Where a redirect leads, to this site or to another one."""

from __future__ import annotations

import re
from string import Formatter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tornado.httputil import HTTPServerRequest

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")

#: Everything that has a meaning in a URL stays; the rest is percent-encoded.
_SAFE = "/:?#[]@!$&'()*+,;=%~-._"
_ASCII = "".join(map(chr, range(128)))


def same_origin(template: str, url: str) -> bool:
    """Tell whether a URL leads to the same scheme, user, host and port as its template does.

    :param template: a format string, written by the application.
    :param url: the template with values of a client in its places.
    """
    if _CONTROL.search(url):
        return False
    harmless = "".join(
        [text if place is None else text + "x" for text, place, _, _ in Formatter().parse(template)]
    )
    return _origins(url) == {_origin(harmless)}


def _origins(url: str) -> set[tuple[str, str]]:
    r"""Give where a URL leads as it is, and as a location; nowhere if it is none.

    The two differ where an encoded backslash becomes part of a user: ``http://ours\@theirs/``.
    """
    try:
        return {_origin(url), _origin(as_location(url))}
    except ValueError:
        return set()


def _origin(url: str) -> tuple[str, str]:
    from urllib.parse import urlsplit  # a slow import, here and below

    # Browsers read a backslash as a slash, in front of the host as well.
    parts = urlsplit(url.replace("\\", "/"))
    return parts.scheme.lower(), parts.netloc.lower()


def in_ascii(url: str) -> str:
    """Percent-encode what is not ASCII, and nothing else: the application has chosen that."""
    if url.isascii():
        return url
    from urllib.parse import quote

    return quote(url, safe=_ASCII)


def as_location(url: str) -> str:
    """Percent-encode what may not stand in a Location field (RFC 9110 section 10.2.2)."""
    from urllib.parse import quote

    return quote(url, safe=_SAFE)


def leads_away(path: str) -> bool:
    """Tell whether a path, used as a location, is read as another host.

    Two slashes in front mean a host (RFC 3986 section 4.2), and browsers take backslashes for
    slashes and leave control characters out.
    """
    return _CONTROL.search(path) is not None or path.replace("\\", "/").startswith("//")


def is_of_site(url: str, protocol: str, host: str) -> bool:
    """Tell whether a URL that a client sends is one of this site: a path, or its whole URL."""
    if leads_away(url) or url[:1].isspace():
        return False
    if url.startswith("/"):
        return True
    return bool(host) and _origins(url) == {(protocol, host.lower())}


def path_on_site(request: HTTPServerRequest) -> str:
    """Give path and query of a request so that they lead to this site, whatever the client sent."""
    path = "/" + request.path.lstrip("/\\")
    return f"{path}?{request.query}" if request.query else path
