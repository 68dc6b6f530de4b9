"""Cross-origin requests (the Fetch standard, "CORS protocol")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tornado.httputil import is_token

from .._running._methods import allowed_methods

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .._handler import RequestHandler
    from ._chain import Proceed


class CORSMiddleware:
    """A middleware that lets pages of other origins read the responses.

    ::

        Application(routes, middleware=[CORSMiddleware(["https://app.example.com"])])

    It answers preflight requests itself, before the handler. Error pages have the fields too, so
    that a page can read what went wrong. Requests of other origins are not refused: the browser
    hides a response without the fields from the page. To refuse them, see the settings
    ``cross_origin_protection`` and ``xsrf_cookies``.

    :param origins: for example ``https://example.com``; ``"*"`` for all of them.
    :param methods: the methods in preflight responses; by default those that the handler defines.
    :param headers: names of header fields that pages may send, besides those that always may.
    :param expose: names of header fields that pages may read.
    :param credentials: let pages send cookies; impossible together with ``"*"``.
    :param max_age: for how many seconds a preflight response may be kept.
    :raises ValueError: credentials for all origins, or a name that is not a token.

    .. versionadded:: 1.0
    """

    def __init__(
        self,
        origins: Iterable[str] | str,
        *,
        methods: Iterable[str] | None = None,
        headers: Iterable[str] = (),
        expose: Iterable[str] = (),
        credentials: bool = False,
        max_age: int = 600,
    ) -> None:
        listed = [origins] if isinstance(origins, str) else list(origins)
        self.allows_all = "*" in listed
        self.origins = frozenset(origin.lower().rstrip("/") for origin in listed)
        self.methods = None if methods is None else _join_names(methods)
        self.headers = _join_names(headers)
        self.expose = _join_names(expose)
        self.credentials = credentials
        self.max_age = max_age
        if credentials and self.allows_all:
            raise ValueError("credentials for all origins would open the site, list the origins")

    async def __call__(self, handler: RequestHandler, proceed: Proceed) -> None:
        """Answer a preflight request, or mark the handler's response."""
        request = handler.request
        handler.before_head(self._mark)
        if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
            if self.allows(request.headers.get("Origin")):
                self._answer_preflight(handler)
            handler.set_status(204)
            handler.finish()
            return
        await proceed()

    def allows(self, origin: str | None) -> bool:
        """Tell whether pages of an origin may read responses."""
        return origin is not None and (self.allows_all or origin.lower() in self.origins)

    def _mark(self, handler: RequestHandler) -> None:
        origin = handler.request.headers.get("Origin")
        if not self.allows_all:
            handler.add_header("Vary", "Origin")
        if not self.allows(origin):
            return
        handler.set_header("Access-Control-Allow-Origin", "*" if self.allows_all else origin or "")
        if self.credentials:
            handler.set_header("Access-Control-Allow-Credentials", "true")
        if self.expose:
            handler.set_header("Access-Control-Expose-Headers", self.expose)

    def _answer_preflight(self, handler: RequestHandler) -> None:
        methods = self.methods or ", ".join(allowed_methods(handler))
        handler.set_header("Access-Control-Allow-Methods", methods)
        if self.headers:
            handler.set_header("Access-Control-Allow-Headers", self.headers)
        handler.set_header("Access-Control-Max-Age", self.max_age)


def _join_names(names: Iterable[str]) -> str:
    names = list(names)
    for name in names:
        if is_token(name) is None:
            raise ValueError(f"bad name {name!r}")
    return ", ".join(names)
