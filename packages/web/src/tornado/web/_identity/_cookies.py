"""Cookies of the request and of the response."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from tornado.escape import native_str
from tornado.httputil import parse_cookie

from .._state import HandlerState
from ._set_cookie import is_prefixed, set_cookie_line

if TYPE_CHECKING:
    import datetime
    from http.cookies import SimpleCookie

_DAY = 86400
_LONG_AGO = (1970, 1, 1, 0, 0, 0, 0, 0, 0)


class Cookies(HandlerState):
    """Read cookies and set them.

    What is set goes out with the head, with an error page as well, and does not change what
    :meth:`get_cookie` gives in this request.
    """

    #: Names and values; a jar of Morsels takes several times as long to fill.
    _read_cookies: dict[str, str] | None = None

    @property
    def cookies(self) -> SimpleCookie:
        """The cookies of the request, the same as ``self.request.cookies``."""
        return self.request.cookies

    def get_cookie(self, name: str, default: str | None = None) -> str | None:
        """Give the value of a cookie of the request, or the default."""
        if "cookies" in vars(self.request):  # somebody has asked for the jar, and may change it
            morsel = self.request.cookies.get(name)
            return default if morsel is None else morsel.value
        if self._read_cookies is None:
            self._read_cookies = parse_cookie(self.request.headers.get("Cookie", ""))
        return self._read_cookies.get(name, default)

    def set_cookie(
        self,
        name: str,
        value: str | bytes,
        domain: str | None = None,
        expires: float | tuple[Any, ...] | datetime.datetime | None = None,
        path: str = "/",
        expires_days: float | None = None,
        *,
        max_age: int | None = None,
        httponly: bool = False,
        secure: bool = False,
        samesite: str | None = None,
        **kwargs: Any,
    ) -> None:
        """Set a cookie, in the place of one that this response sets under the same name.

        :param value: printable characters without spaces; :func:`tornado.escape.url_escape` others.
        :param expires: a time, as for :func:`tornado.httputil.format_timestamp`; without it and
            ``max_age`` the browser forgets the cookie when it closes.
        :param expires_days: days from now, where ``expires`` is not given.
        :param max_age: seconds; 0 removes the cookie.
        :param samesite: ``"Strict"``, ``"Lax"`` or ``"None"``.
        :param kwargs: further attributes, such as ``partitioned=True``.
        :raises ValueError: a name, value or attribute has control characters or ``;`` in it, an
            attribute does not exist, or the prefix ``__Host-`` or ``__Secure-`` of the name asks
            for other attributes than these. It is a ``http.cookies.CookieError`` as well.
        """
        if expires_days is not None and not expires:
            expires = time.time() + expires_days * _DAY
        attributes = {
            "domain": domain,
            "expires": expires,
            "path": path,
            "max-age": max_age,
            "httponly": httponly,
            "secure": secure,
            "samesite": samesite,
        }
        for key, each in kwargs.items():
            attributes.pop(key.lower().replace("_", "-"), None)
            attributes[key] = each  # as it was spelled, for the message of an error
        name = native_str(name)
        line = set_cookie_line(name, native_str(value), attributes)
        if self._new_cookies is None:
            self._new_cookies = {}
        self._new_cookies.pop(name, None)
        self._new_cookies[name] = line

    def clear_cookie(
        self, name: str, path: str = "/", domain: str | None = None, **kwargs: Any
    ) -> None:
        """Let the browser forget a cookie.

        :param path: browsers ask for the path and domain that the cookie was set with.
        :param kwargs: other attributes, as for :meth:`set_cookie`.
        """
        for name_of_time in ("expires", "expires_days", "max_age"):
            if name_of_time in kwargs:
                raise TypeError(f"clear_cookie() got an unexpected argument {name_of_time!r}")
        if is_prefixed(name):
            kwargs.setdefault("secure", True)
        self.set_cookie(name, "", path=path, domain=domain, expires=_LONG_AGO, **kwargs)

    def clear_all_cookies(self, path: str = "/", domain: str | None = None, **kwargs: Any) -> None:
        """Let the browser forget all cookies of this request; as :meth:`clear_cookie`."""
        for name in self.request.cookies:
            self.clear_cookie(name, path=path, domain=domain, **kwargs)

    def _add_cookie_fields(self) -> None:
        for line in (self._new_cookies or {}).values():
            self._headers.add("Set-Cookie", line)
        self._new_cookies = None
