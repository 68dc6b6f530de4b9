"""Cookies of a request as a ``SimpleCookie``, apart so that ``http.cookies`` loads on demand."""

from __future__ import annotations

from contextlib import suppress
from http.cookies import CookieError, SimpleCookie

from ._cookies import parse_cookie


def cookie_jar(header: str) -> SimpleCookie:
    """Read a ``Cookie`` field into a jar; what the jar refuses is left out."""
    jar = SimpleCookie()
    for name, value in parse_cookie(header).items():
        with suppress(CookieError):  # browsers send names that SimpleCookie does not know
            jar[name] = value
    return jar
