"""Ready-made handlers: errors, redirects, and requests that another callable answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._errors import HTTPError
from ._handler import RequestHandler
from ._output._locations import as_location, same_origin

if TYPE_CHECKING:
    from collections.abc import Callable

    from tornado.httputil import HTTPServerRequest


class ErrorHandler(RequestHandler):
    """A handler that answers every request with the same error.

    :param status_code: the status.
    """

    def initialize(self, status_code: int) -> None:
        self.set_status(status_code)

    def prepare(self) -> None:
        raise HTTPError(self._status_code)

    def check_xsrf_cookie(self) -> None:
        """Accept requests without a token: the answer is the same error for everybody."""

    def check_trusted_origin(self, origin: str) -> bool:
        """Accept requests from everywhere, for the same reason."""
        return True


class RedirectHandler(RequestHandler):
    r"""A handler that redirects every request to another URL.

    The URL may contain the groups of the path: ``(r"/old/(.*)", RedirectHandler,
    {"url": "/new/{0}"})``. A client cannot make it lead to another site than `url` does: such a
    request is answered with 400. The query of the request is kept.

    :param url: the other URL, a format string for the groups of the path.
    :param permanent: answer with 301, or with 302 if false.
    """

    def initialize(self, url: str, permanent: bool = True) -> None:
        self._url = url
        self._permanent = permanent

    def get(self, *args: Any, **kwargs: Any) -> None:
        url = self._url.format(*args, **kwargs)
        if not same_origin(self._url, url):
            raise HTTPError(400, "Redirect URL cannot change the scheme or netloc: %r", url)
        if self.request.query_arguments:
            from tornado.httputil import qs_to_qsl, url_concat

            url = url_concat(url, list(qs_to_qsl(self.request.query_arguments)))
        self.redirect(as_location(url), permanent=self._permanent)


class FallbackHandler(RequestHandler):
    """A handler that has another callable answer, such as a ``tornado.wsgi.WSGIContainer``.

    :param fallback: called with the request; it answers through the request's connection.
    """

    def initialize(self, fallback: Callable[[HTTPServerRequest], object]) -> None:
        self.fallback = fallback

    def prepare(self) -> None:
        self.fallback(self.request)
        self._finished = True
        self.on_finish()
