"""The cookies of a client without sockets."""

from __future__ import annotations

import time
from collections.abc import Iterator, MutableMapping
from http.cookiejar import Cookie, CookieJar
from urllib.parse import urlsplit


class MemoryCookies(MutableMapping[str, str]):
    """The cookies of a client by their names.

    Set a cookie to send it with every request. Cookies that responses set are here as well. If a
    name has several cookies, with different paths or domains, the first one counts. ``jar`` has all
    cookies with all their attributes.

    .. versionadded:: 1.0
    """

    def __init__(self, base_url: str) -> None:
        #: The `http.cookiejar.CookieJar` that keeps the cookies.
        self.jar = CookieJar()
        host = urlsplit(base_url).hostname or ""
        # How the jar names a host without a dot (RFC 2965 section 1).
        self._domain = host if "." in host else f"{host}.local"

    def __getitem__(self, name: str) -> str:
        for cookie in self.jar:
            if cookie.name == name:
                return cookie.value or ""
        raise KeyError(name)

    def __setitem__(self, name: str, value: str | bytes) -> None:
        text = value.decode("latin-1") if isinstance(value, bytes) else value
        self.jar.set_cookie(_cookie(name, text, self._domain))

    def __delitem__(self, name: str) -> None:
        found = [cookie for cookie in self.jar if cookie.name == name]
        if not found:
            raise KeyError(name)
        for cookie in found:
            self.jar.clear(cookie.domain, cookie.path, cookie.name)

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(cookie.name for cookie in self.jar))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({dict(self)!r})"


def _cookie(name: str, value: str, domain: str) -> Cookie:
    return Cookie(
        version=0,
        name=name,
        value=value,
        port=None,
        port_specified=False,
        domain=domain,
        domain_specified=False,
        domain_initial_dot=False,
        path="/",
        path_specified=True,
        secure=False,
        expires=int(time.time()) + 86400 * 365,
        discard=False,
        comment=None,
        comment_url=None,
        rest={},
    )
