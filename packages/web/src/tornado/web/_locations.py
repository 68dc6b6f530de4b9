"""Where a redirect leads, to this site or to another one."""

from __future__ import annotations

import re
from string import Formatter
from urllib.parse import quote, urlsplit

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")

#: Everything that has a meaning in a URL stays; the rest is percent-encoded.
_SAFE = "/:?#[]@!$&'()*+,;=%~-._"


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
    return _origin(url) == _origin(harmless)


def _origin(url: str) -> tuple[str, str]:
    # Browsers read a backslash as a slash, in front of the host as well.
    parts = urlsplit(url.replace("\\", "/"))
    return parts.scheme.lower(), parts.netloc.lower()


def as_location(url: str) -> str:
    """Percent-encode what may not stand in a Location field (RFC 9110 section 10.2.2)."""
    return quote(url, safe=_SAFE)
