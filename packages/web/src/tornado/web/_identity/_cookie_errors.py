"""What is raised for cookies that must not be sent; apart, so that ``http.cookies`` loads late."""

from __future__ import annotations

from http.cookies import CookieError


class InvalidCookieError(CookieError, ValueError):
    """A cookie's name, value or attribute cannot be sent as it is."""
