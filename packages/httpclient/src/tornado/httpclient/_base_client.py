"""The base of the clients of this distribution."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from tornado.ioloop import takes_loop

from ._client import AsyncHTTPClient
from ._fetch._fetch import Fetch
from ._fetch._request_queue import RequestQueue
from ._fetch._shared_timers import SharedTimers
from ._request._request import tls_files

if TYPE_CHECKING:
    from collections.abc import Callable
    from http.cookiejar import CookieJar

    from tornado.ioloop import IOLoop

    from ._fetch._exchange import Exchange
    from ._request._request import HTTPRequest
    from ._response._response import HTTPResponse

_app_log = logging.getLogger("tornado.application")

#: Options that name files, which are read when the client is made.
_FILES = frozenset({"ca_certs", "client_cert", "client_key", "ssl_options"})

#: The default limit for a body, in bytes.
MAX_BODY_SIZE = 104857600


class BaseHTTPClient(AsyncHTTPClient):
    """A client whose fetches are `Fetch` objects. A subclass knows how to perform one exchange.

    :param max_clients: fetches under way at once; more wait in the queue.
    :param max_clients_per_host: fetches under way to one origin.
    :param max_body_size: the largest body that is taken, in bytes, compressed or not.
    :param cookie_jar: keeps cookies between fetches; None for no cookies.
    """

    _takes_encrypted_keys = False
    #: Whether a ``header_callback`` gets the heads of redirects that are followed, too.
    _shows_followed_heads = False
    max_clients: int
    max_body_size: int
    cookie_jar: CookieJar | None
    _queue: RequestQueue
    _shared_timers: SharedTimers

    @takes_loop(before="max_clients", none_before=int)
    def initialize(  # type: ignore[override]  # implementations have arguments of their own
        self,
        max_clients: int = 10,
        defaults: dict[str, Any] | None = None,
        max_body_size: int | None = None,
        *,
        max_clients_per_host: int | None = None,
        cookie_jar: CookieJar | None = None,
        io_loop: IOLoop | None = None,
    ) -> None:
        """Set up the client; see the class.

        :raises OSError: a file for TLS among the defaults cannot be used.
        """
        super().initialize(defaults, io_loop=io_loop)
        if defaults and not _FILES.isdisjoint(defaults):
            self._check_files(defaults)
        self.max_clients = max_clients
        self.max_body_size = MAX_BODY_SIZE if max_body_size is None else max_body_size
        self.cookie_jar = cookie_jar
        self._queue = RequestQueue(max_clients, max_clients_per_host)
        self._shared_timers = SharedTimers(self.asyncio_loop)

    def _check_files(self, defaults: dict[str, Any]) -> None:
        from tornado.netutil import TLSFiles

        tls_files(defaults).check(takes_encrypted_keys=self._takes_encrypted_keys)
        if isinstance(defaults.get("ssl_options"), dict):
            TLSFiles.of_settings(defaults["ssl_options"]).check()

    def close(self) -> None:
        """Close the client; fetches under way end with an `HTTPStreamClosedError`."""
        for fetch in self._queue:
            fetch.end_with_client()
        self._shared_timers.cancel()
        super().close()

    def fetch_impl(self, request: HTTPRequest, callback: Callable[[HTTPResponse], object]) -> Fetch:
        """Perform a request; see `.AsyncHTTPClient.fetch_impl`."""
        fetch = Fetch(self, request, callback)
        fetch.begin()
        return fetch

    def _log_callback(self, callback: Callable[[HTTPResponse], object]) -> None:
        """Log the exception of a fetch's callback; called while it is handled."""
        _app_log.error("exception in callback %r", callback, exc_info=True)

    def _log_refusal(self, error: BaseException, authority: str) -> None:
        """Called when a response is refused. Override to log why."""

    def _catch_up(self, fetch: Fetch) -> None:
        """Called before a fetch says how far it is. Override to note what has come unnoticed."""

    def _perform(self, exchange: Exchange) -> None:
        """Called to send the request of an exchange. Override to pass on what comes back."""
        raise NotImplementedError(f"{type(self).__name__} must define _perform")
