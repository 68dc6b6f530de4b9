"""The locations of redirects, and whether they lead to another site."""

from __future__ import annotations

import re
from string import Formatter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tornado.httputil import HTTPServerRequest

#: A scheme, slashes, and what follows: the authority, if there are two (RFC 3986 appendix B).
_BEGINNING = re.compile(r"(?:([A-Za-z][A-Za-z0-9+.-]*):)?(/*)([^/?#]*)")
#: The "special" schemes, but for ``file``.
_SCHEMES_WITH_HOST = frozenset({"ftp", "http", "https", "ws", "wss"})

_UP_TO_HOST = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]*:)?//[^/?#]+")

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")

#: Characters with a meaning in a URL are kept; all others are percent-encoded.
_SAFE = "/:?#[]@!$&'()*+,;=%~-._"
_ASCII = "".join(map(chr, range(128)))


def same_origin(template: str, url: str) -> bool:
    """Tell whether a URL leads to the same scheme, user, host and port as its template does.

    :param template: a format string that the application has written.
    :param url: the template, filled with values that a client has sent.
    """
    if _CONTROL.search(url):
        return False
    return _origins(url) == {_origin(_with_harmless_values(template))}


def _with_harmless_values(template: str) -> str:
    """Fill a template with values that do not change where it leads.

    That is a letter, because an empty value could join two slashes; but not right after a host.
    """
    url = ""
    for text, place, _, _ in Formatter().parse(template):
        url += text
        if place is not None and not _UP_TO_HOST.fullmatch(url):
            url += "x"
    return url


def _origins(url: str) -> set[tuple[str, str]]:
    r"""Return where a URL leads as it is, and as a location.

    The two differ where an encoded backslash becomes part of a user: ``http://ours\@theirs/``.
    """
    return {_origin(url), _origin(as_location(url))}


def _origin(url: str) -> tuple[str, str]:
    """Return the scheme and authority of a URL as browsers parse it (WHATWG URL, basic URL parser).

    They skip spaces before it, read a backslash as a slash, and for http and similar schemes accept
    any number of slashes before the host, even none or three: ``///host``, ``https:host``.
    """
    match = _BEGINNING.match(url.lstrip(" ").replace("\\", "/"))
    scheme, slashes, authority = match.groups("") if match else ("", "", "")
    has_authority = len(slashes) >= 2 or scheme.lower() in _SCHEMES_WITH_HOST
    return scheme.lower(), authority.lower() if has_authority else ""


def in_ascii(url: str) -> str:
    """Percent-encode what is not ASCII, and nothing else: the application has chosen the rest."""
    if url.isascii():
        return url
    from urllib.parse import quote  # a slow import, here and below

    return quote(url, safe=_ASCII)


def as_location(url: str) -> str:
    """Percent-encode what a Location field must not contain (RFC 9110 section 10.2.2)."""
    from urllib.parse import quote

    return quote(url, safe=_SAFE)


def leads_away(path: str) -> bool:
    """Tell whether browsers read a path, used as a location, as another host.

    Two slashes at the beginning mean a host (RFC 3986 section 4.2), and browsers read backslashes
    as slashes and skip control characters.
    """
    return _CONTROL.search(path) is not None or path.replace("\\", "/").startswith("//")


def is_of_site(url: str, protocol: str, host: str) -> bool:
    """Tell whether a URL that a client has sent is one of this site: a path, or a whole URL."""
    if leads_away(url) or url[:1].isspace():
        return False
    if url.startswith("/"):
        return True
    return bool(host) and _origins(url) == {(protocol, host.lower())}


def path_on_site(request: HTTPServerRequest) -> str:
    """Return the path and query of a request as a location on this site, whatever they are."""
    path = "/" + request.path.lstrip("/\\")
    return f"{path}?{request.query}" if request.query else path
