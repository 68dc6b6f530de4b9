"""The HTTP client on libcurl."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from tornado.httpclient._base_client import BaseHTTPClient
from tornado.httpclient._request._request import tls_files
from tornado.ioloop import takes_loop
from tornado.util import BoundedCache

from ._multi import Multi
from ._transfer import Transfer

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from http.cookiejar import CookieJar

    from tornado.httpclient import HTTPRequest
    from tornado.httpclient._fetch._exchange import Exchange
    from tornado.httpclient._fetch._fetch import Fetch
    from tornado.ioloop import IOLoop

_app_log = logging.getLogger("tornado.application")

#: What to do about an encrypted key.
_ENCRYPTED_KEY = "set pycurl.KEYPASSWD in a prepare_curl_callback"

#: How many combinations of files are not checked again.
_MAX_CHECKED = 64


class CurlAsyncHTTPClient(BaseHTTPClient):
    """A client on libcurl's multi interface, driven by the loop.

    Each exchange begins with a handle without options, so that no option, credential or cookie of one
    is left for the next. libcurl keeps the connections, and knows with which options they were made.

    :param max_clients: fetches under way at once; more wait in the queue.
    :param defaults: values for options that requests leave open.
    :param max_body_size: the largest body that is taken, in bytes, compressed or not.
    :param max_clients_per_host: fetches under way to one origin; by default no such bound.
    :param cookie_jar: a `http.cookiejar.CookieJar`, to keep cookies between fetches.
    """

    #: A ``prepare_curl_callback`` can give the pass phrase.
    _takes_encrypted_keys = True
    _shows_followed_heads = True

    @takes_loop(before="max_clients", none_before=int)
    def initialize(  # type: ignore[override]  # documented: the arguments of this implementation
        self,
        max_clients: int = 10,
        defaults: dict[str, Any] | None = None,
        max_body_size: int = 104857600,
        *,
        max_clients_per_host: int | None = None,
        cookie_jar: CookieJar | None = None,
        io_loop: IOLoop | None = None,
    ) -> None:
        """Set up the client; see the class."""
        super().initialize(
            max_clients,
            defaults,
            max_body_size,
            max_clients_per_host=max_clients_per_host,
            cookie_jar=cookie_jar,
            io_loop=io_loop,
        )
        #: The states of the files that were checked.
        self._checked: BoundedCache[Hashable, Any] = BoundedCache(max_entries=_MAX_CHECKED)
        self._multi = Multi(self.io_loop, max(10, max_clients))

    def close(self) -> None:
        """Close the client and its connections; fetches under way fail."""
        if self._is_closed:
            return
        super().close()
        self._multi.close()

    def handle_callback_exception(self, callback: Callable[..., Any] | None) -> None:
        """Called while the exception of a callback is handled. Override to log it in another way."""
        _app_log.error("exception in callback %r", callback, exc_info=True)

    def _perform(self, exchange: Exchange) -> None:
        if exchange.target.scheme == "https" or exchange.request.proxy_type == "https":
            self._check_files_of(exchange.request)
        transfer = Transfer(exchange, self._multi)
        exchange.fetch.operation = transfer
        transfer.prepare()
        self._multi.add(transfer)

    def _catch_up(self, fetch: Fetch) -> None:
        if isinstance(fetch.operation, Transfer):
            fetch.operation.catch_up()

    def _check_files_of(self, request: HTTPRequest) -> None:
        """Check the files of a request, unless that was done since the last change of them."""
        files = tls_files(request.__dict__)._replace(advice=_ENCRYPTED_KEY)
        if files[:3] == (None, None, None):
            return
        # Without a pass phrase, libcurl asks the terminal for it, and the loop waits.
        has_callback = request.prepare_curl_callback is not None
        states = files.states()
        if self._checked.get((files, has_callback)) != states:
            files.check(takes_encrypted_keys=has_callback)
            self._checked.add((files, has_callback), states)

    def _log_callback(self, callback: Callable[..., Any]) -> None:
        self.handle_callback_exception(callback)
