"""Requests that the pages of other sites have made, told by what browsers say of them."""

from __future__ import annotations

from .._errors import HTTPError
from .._state import HandlerState

#: What ``Sec-Fetch-Site`` says of requests from our own pages, and of those that the user typed.
_OWN = frozenset({"same-origin", "none"})


class CrossSite(HandlerState):
    """Refuse requests of other sites that might change something."""

    def check_trusted_origin(self, origin: str) -> bool:
        """Tell whether the pages of another origin may send forms to us; for subclasses.

        :param origin: like ``https://example.com``, as the browser says it; ``null`` for pages
            that have none.
        :return: as it is, whether the setting ``trusted_origins`` has it.
        """
        return origin in self.settings.get("trusted_origins", ())

    def _check_origin(self) -> None:
        """Refuse what other sites have made; called for all methods that are not safe."""
        settings = self.application.settings
        if settings.get("cross_origin_protection"):
            self._check_fetch_metadata()
        if settings.get("xsrf_cookies"):
            self.check_xsrf_cookie()

    def _check_fetch_metadata(self) -> None:
        """Go by Sec-Fetch-Site, and by Origin where a browser is older than that.

        Clients that send neither are no browsers: they have no cookies that somebody else could
        make use of.
        """
        headers = self.request.headers
        site, origin = headers.get("Sec-Fetch-Site"), headers.get("Origin")
        if site is not None:
            is_own = site in _OWN
        else:
            is_own = origin is None or is_origin_of(origin, self.request.host)
        if is_own or (origin is not None and self.check_trusted_origin(origin)):
            return
        if site is not None:
            raise HTTPError(403, "Sec-Fetch-Site %s (Origin %r) not allowed", site, origin)
        raise HTTPError(403, "Origin %r not allowed", origin)


def is_origin_of(origin: str, host: str) -> bool:
    """Tell whether an origin (RFC 6454 section 6.2) is that of a host, be it http or https.

    A proxy in front of us may have taken the TLS off, so the schemes are not compared.
    """
    from urllib.parse import urlsplit  # a slow import

    try:
        netloc = urlsplit(origin).netloc
    except ValueError:
        return False
    return bool(netloc) and netloc.lower() == host.lower()
