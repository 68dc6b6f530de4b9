"""Ready-made handlers: errors, redirects, and requests that somebody else answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._errors import HTTPError
from ._handler import RequestHandler
from ._output._locations import as_location, same_origin

if TYPE_CHECKING:
    from collections.abc import Callable

    from tornado.httputil import HTTPServerRequest


class ErrorHandler(RequestHandler):
    """Answer every request with the same error.

    :param status_code: the status.
    """

    def initialize(self, status_code: int) -> None:
        self.set_status(status_code)

    def prepare(self) -> None:
        raise HTTPError(self._status_code)

    def check_xsrf_cookie(self) -> None:
        """Take requests without a token: the answer is the error, whoever asks."""

    def check_trusted_origin(self, origin: str) -> bool:
        """Take requests from everywhere, for the same reason."""
        return True


class RedirectHandler(RequestHandler):
    r"""Send every request to another URL.

    The groups of the path can be put into it: ``(r"/old/(.*)", RedirectHandler,
    {"url": "/new/{0}"})``. What a client puts there never leads to another site than `url` does:
    a request that tries is answered with 400. The query of the request goes along.

    :param url: where to; a format string for the groups of the path.
    :param permanent: 301, or 302 if false.
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
    """Let another callable answer, such as a ``tornado.wsgi.WSGIContainer``.

    :param fallback: takes the request, and answers through its connection.
    """

    def initialize(self, fallback: Callable[[HTTPServerRequest], object]) -> None:
        self.fallback = fallback

    def prepare(self) -> None:
        self.fallback(self.request)
        self._finished = True
        self.on_finish()
