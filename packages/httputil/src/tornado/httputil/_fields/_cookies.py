r"""The ``Cookie`` field of requests: RFC 6265 section 5.4, read the way browsers write it.

A cookie is what is between two semicolons, quotes or not. A value in double quotes is unquoted:
``\"`` and ``\012`` (octal) are the escapes that ``http.cookies`` writes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from http.cookies import SimpleCookie

_ESCAPE = r"(?s:\\(?:([0-3][0-7][0-7])|(.)))"


def parse_cookie(cookie: str) -> dict[str, str]:
    """Read a ``Cookie`` field into names and values; of equal names the last one counts.

    >>> parse_cookie('a=b; c="d e"')
    {'a': 'b', 'c': 'd e'}

    Nothing is refused, so that one odd cookie does not hide the others. Time is linear.

    .. versionadded:: 1.0
    """
    cookies: dict[str, str] = {}
    for pair in cookie.split(";"):
        name, equals, value = pair.partition("=")
        if not equals:
            name, value = "", name
        name, value = name.strip(), value.strip()
        if name or value:
            cookies[name] = unquote_cookie(value) if value[:1] == '"' else value
    return cookies


def unquote_cookie(value: str) -> str:
    """Remove the double quotes and the escapes of a cookie value that has them."""
    if len(value) < 2 or value[0] != '"' or value[-1] != '"':
        return value
    inner = value[1:-1]
    return re.sub(_ESCAPE, _unescape, inner) if "\\" in inner else inner


def _unescape(match: re.Match[str]) -> str:
    octal, char = match.groups()
    return chr(int(octal, 8)) if octal else str(char)


def cookie_jar(cookie: str) -> SimpleCookie:
    """Read a ``Cookie`` field into a jar; what the jar refuses is left out."""
    from contextlib import suppress
    from http.cookies import CookieError, SimpleCookie  # a slow import

    jar = SimpleCookie()
    for name, value in parse_cookie(cookie).items():
        with suppress(CookieError):  # browsers send names that SimpleCookie does not know
            jar[name] = value
    return jar
