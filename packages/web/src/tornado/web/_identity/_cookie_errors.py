"""The error of cookies that cannot be sent; a module of its own, so ``http.cookies`` loads late."""

from __future__ import annotations

from http.cookies import CookieError


class InvalidCookieError(CookieError, ValueError):
    """A name, value or attribute of a cookie that cannot be sent."""
