"""The request of a fetch."""

from __future__ import annotations

import time
from numbers import Real
from typing import TYPE_CHECKING, Any, ClassVar

from tornado.escape import native_str, utf8
from tornado.httputil import HTTPHeaders, format_timestamp

from .._classic_order import in_modern_order, is_classic_order

if TYPE_CHECKING:
    import datetime
    import ssl
    from collections.abc import AsyncIterable, Awaitable, Callable, Iterable, Mapping, Sequence

    from tornado.iostream import IOStream
    from tornado.netutil import TLSFiles

    from .._fetch._preparation import Hook
    from .._fetch._retry import Retry
    from ._body import FileValue


_TIMEOUTS = frozenset(
    {
        "body_timeout",
        "connect_timeout",
        "head_timeout",
        "queue_timeout",
        "request_timeout",
        "tls_timeout",
    }
)


class HTTPRequest:
    """A request, and all options that say how it is made.

    An option that is None takes the client's default (``defaults=`` of the client), and then the
    default of the class. Times are in seconds, sizes in bytes.

    :param url: an ``http`` or ``https`` URL. User and password in it are used for Basic
        authentication, a fragment is not sent.
    :param method: GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS; others need
        ``allow_nonstandard_methods``.
    :param headers: an `HTTPHeaders` or a dict.
    :param body: text or bytes. POST, PUT and PATCH need one, the others must not have one, unless
        ``allow_nonstandard_methods`` is true.
    :param body_producer: instead of a body: a function that is called with ``write``, calls it
        with parts of the body and returns an awaitable; or an asynchronous iterable of such parts.
        Without a ``Content-Length`` field the body is sent in chunks.
    :param auth_username: the user for authentication.
    :param auth_password: the password of that user.
    :param auth_mode: ``"basic"`` (the default) or ``"digest"``.
    :param connect_timeout: for the name, the connection and TLS together (20; 0 for no limit).
    :param request_timeout: for everything after the queue, redirects included (20; 0 for no limit).
    :param if_modified_since: a time for the field of that name.
    :param follow_redirects: follow redirects, instead of returning the response with the
        ``Location`` field (true).
    :param max_redirects: how many redirects to follow (5).
    :param user_agent: the field of that name.
    :param use_gzip: the old name of ``decompress_response``.
    :param decompress_response: ask for a compressed body and decompress it (true).
    :param network_interface: the address to connect from; with curl also an interface's name.
    :param streaming_callback: called with each part of the body as it arrives; ``response.body``
        stays empty. It may be a coroutine function, and the server is slowed down while it waits.
    :param header_callback: called with each line of the head, line end included; with curl also
        with the lines of redirects that are followed.
    :param prepare_curl_callback: called with the ``pycurl.Curl`` object before the request is sent.
    :param proxy_host: the HTTP proxy to connect through.
    :param proxy_port: the port of the proxy.
    :param proxy_username: the user for the proxy.
    :param proxy_password: the password of that user.
    :param proxy_auth_mode: ``"basic"`` (the default); with curl also ``"digest"``.
    :param allow_nonstandard_methods: allow any token as a method, with or without a body.
    :param validate_cert: verify the server's certificate (true).
    :param ca_certs: a file with the certificates of the authorities to trust.
    :param allow_ipv6: connect over IPv6 as well (true).
    :param client_key: the file of the client's key, unless ``client_cert`` holds it.
    :param client_cert: the file of the client's certificate.
    :param expect_100_continue: ask the server before the body is sent. After one second without an
        answer it is sent anyway.
    :param ssl_options: an `ssl.SSLContext`; overrides the other TLS settings.
    :param json: instead of a body: an object to send as JSON.
    :param form: instead of a body: the fields of a form, a name to one value or to a list of
        values. The form is urlencoded, or multipart if there are ``files``.
    :param files: the files of a form, a name to one file or to a list of files. A file is a
        `FormFile`, bytes, a file that is open for reading bytes, or a `pathlib.Path`. Files are
        read whole, and at once; use ``body_producer`` for large ones.
    :param proxy_type: ``"http"`` (the default), ``"https"``, ``"socks5"`` or ``"socks5h"``. A proxy
        that is reached over TLS is verified as ``ca_certs`` and ``validate_cert`` say.
    :param unix_socket: the path of a Unix socket to connect to; the URL gives the Host field.
    :param queue_timeout: for waiting until other fetches are done (as ``connect_timeout``).
    :param tls_timeout: for the TLS handshake alone.
    :param head_timeout: from the end of the request to the end of the response's head.
    :param body_timeout: for the response's body alone.
    :param max_body_size: the largest response body, both as it comes and decompressed.
    :param retry: a `Retry`, to try again after failures.
    :param prepare: a list of hooks: functions or coroutine functions that get a copy of this
        request and may change its URL, method, fields, body, credentials, proxy and TLS settings.
        They run one after the other before the first byte is sent, again before each retry, and
        within ``request_timeout``. An exception of a hook ends the fetch. Redirects are made from
        the request that they left, by the rules for redirects; hooks are not called again. So
        credentials that a hook has added do not reach another origin. Limits, timeouts and
        callbacks stay as they were.
    :param upload_progress: called with the bytes sent so far and the size, None if it is not known.
    :param download_progress: called with the bytes received so far, as they came, and their number
        in all, None if it is not known.

    Positional arguments may be in the order of 1.0 to 2.4, without ``auth_mode``, or of 3.x, without
    ``proxy_auth_mode``. The order is recognized by an argument there that is not text.

    .. versionadded:: 1.0
       ``json`` and the parameters after it.
    """

    _DEFAULTS: ClassVar[dict[str, Any]] = {
        "connect_timeout": 20.0,
        "request_timeout": 20.0,
        "follow_redirects": True,
        "max_redirects": 5,
        "decompress_response": True,
        "proxy_password": "",
        "allow_nonstandard_methods": False,
        "validate_cert": True,
    }

    # An instance only holds what it was given; the class has the rest. So making a request costs
    # little, and merging it with a client's defaults is an update of dictionaries.
    url: str
    method: str
    _headers: HTTPHeaders | None = None
    _body: bytes | None = None
    _head_callback: Callable[[int, str, HTTPHeaders], None] | None = None
    #: Gets the stream when the server switches to another protocol.
    _switch_callback: Callable[[IOStream], None] | None = None
    #: True if the caller does not get to see the body of an error.
    _hides_errors = False
    #: What the caller gave, if this is a copy with the client's defaults.
    _original: HTTPRequest | None = None
    auth_username: str | None = None
    auth_password: str | None = None
    auth_mode: str | None = None
    connect_timeout: float | None = None
    request_timeout: float | None = None
    follow_redirects: bool | None = None
    max_redirects: int | None = None
    user_agent: str | None = None
    decompress_response: bool | None = None
    network_interface: str | None = None
    streaming_callback: Callable[[bytes], Awaitable[None] | None] | None = None
    header_callback: Callable[[str], object] | None = None
    prepare_curl_callback: Callable[[Any], object] | None = None
    body_producer: (
        Callable[[Callable[[bytes], Awaitable[None]]], Awaitable[None]]
        | AsyncIterable[bytes]
        | None
    ) = None
    proxy_host: str | None = None
    proxy_port: int | None = None
    proxy_username: str | None = None
    proxy_password: str | None = None
    proxy_auth_mode: str | None = None
    proxy_type: str | None = None
    allow_nonstandard_methods: bool | None = None
    validate_cert: bool | None = None
    ca_certs: str | None = None
    allow_ipv6: bool | None = None
    client_key: str | None = None
    client_cert: str | None = None
    ssl_options: dict[str, Any] | ssl.SSLContext | None = None
    expect_100_continue: bool = False
    unix_socket: str | None = None
    queue_timeout: float | None = None
    tls_timeout: float | None = None
    head_timeout: float | None = None
    body_timeout: float | None = None
    max_body_size: int | None = None
    retry: Retry | None = None
    prepare: Iterable[Hook] | None = None
    upload_progress: Callable[[int, int | None], object] | None = None
    download_progress: Callable[[int, int | None], object] | None = None

    def __init__(
        self,
        url: str,
        method: str = "GET",
        headers: dict[str, str] | HTTPHeaders | None = None,
        body: bytes | str | None = None,
        auth_username: str | None = None,
        auth_password: str | None = None,
        auth_mode: str | None = None,
        connect_timeout: float | None = None,
        request_timeout: float | None = None,
        if_modified_since: float | datetime.datetime | None = None,
        follow_redirects: bool | None = None,
        max_redirects: int | None = None,
        user_agent: str | None = None,
        use_gzip: bool | None = None,
        network_interface: str | None = None,
        streaming_callback: Callable[[bytes], Awaitable[None] | None] | None = None,
        header_callback: Callable[[str], object] | None = None,
        prepare_curl_callback: Callable[[Any], object] | None = None,
        proxy_host: str | None = None,
        proxy_port: int | None = None,
        proxy_username: str | None = None,
        proxy_password: str | None = None,
        proxy_auth_mode: str | None = None,
        allow_nonstandard_methods: bool | None = None,
        validate_cert: bool | None = None,
        ca_certs: str | None = None,
        allow_ipv6: bool | None = None,
        client_key: str | None = None,
        client_cert: str | None = None,
        body_producer: Any = None,
        expect_100_continue: bool = False,
        decompress_response: bool | None = None,
        ssl_options: dict[str, Any] | ssl.SSLContext | None = None,
        *,
        json: object = None,
        form: Mapping[str, Any] | None = None,
        files: Mapping[str, FileValue | Sequence[FileValue]] | None = None,
        proxy_type: str | None = None,
        unix_socket: str | None = None,
        queue_timeout: float | None = None,
        tls_timeout: float | None = None,
        head_timeout: float | None = None,
        body_timeout: float | None = None,
        max_body_size: int | None = None,
        retry: Retry | None = None,
        prepare: Iterable[Hook] | None = None,
        upload_progress: Callable[[int, int | None], object] | None = None,
        download_progress: Callable[[int, int | None], object] | None = None,
    ) -> None:
        if (auth_mode is not None or proxy_auth_mode is not None) and is_classic_order(
            auth_mode, proxy_auth_mode
        ):
            HTTPRequest.__init__(self, **in_modern_order(locals()))
            return
        given = {
            name: value
            for name, value in locals().items()
            if value is not None and name not in _SET_APART
        }
        check_timeouts(given)
        self.__dict__.update(given)
        if type(url) is not str:
            self.url = _url_in_text(url)
        self.start_time = time.time()
        if headers is not None:
            self.headers = headers
        if if_modified_since:
            self.headers["If-Modified-Since"] = format_timestamp(if_modified_since)
        if use_gzip is not None and decompress_response is None:
            self.decompress_response = use_gzip
        if body is not None:
            self.body = body
        if json is not None or form is not None or files is not None:
            self._encode(json, form, files)

    def _encode(
        self,
        json: object,
        form: Mapping[str, Any] | None,
        files: Mapping[str, FileValue | Sequence[FileValue]] | None,
    ) -> None:
        from ._body import encode_body

        if self._body is not None or self.body_producer is not None:
            raise ValueError("more than one body: json, form and files each make a body")
        content_type, self._body = encode_body(json, form, files)
        if "Content-Type" not in self.headers:
            self.headers["Content-Type"] = content_type

    @property
    def headers(self) -> HTTPHeaders:
        """The fields, as `HTTPHeaders`; a dict may be assigned."""
        headers = self._headers
        if headers is None:
            headers = self._headers = HTTPHeaders()
        return headers

    @headers.setter
    def headers(self, value: dict[str, str] | HTTPHeaders | None) -> None:
        if value is None or isinstance(value, HTTPHeaders):
            self._headers = value
        else:
            self._headers = HTTPHeaders(value)

    @property
    def body(self) -> bytes | None:
        """The body in bytes; text may be assigned."""
        return self._body

    @body.setter
    def body(self, value: bytes | str | None) -> None:
        self._body = utf8(value)

    @property
    def use_gzip(self) -> bool | None:
        """The old name of ``decompress_response``."""
        return self.decompress_response

    @use_gzip.setter
    def use_gzip(self, value: bool | None) -> None:
        self.decompress_response = value

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.method} {self.url}>"


def _url_in_text(url: object) -> str:
    if isinstance(url, (str, bytes)):
        return native_str(url)
    raise TypeError(f"a URL is text, not {type(url).__name__}: {url!r:.60}")


_SET_APART = frozenset(
    {"self", "headers", "body", "if_modified_since", "use_gzip", "json", "form", "files"}
)


def check_timeouts(options: Mapping[str, object]) -> None:
    """Check the timeouts among the options of a request.

    :raises TypeError: one of them is not a number.
    :raises ValueError: one of them is negative, or NaN, which would break the order of all timers
        of a loop.
    """
    for name in _TIMEOUTS & options.keys():
        value = options[name]
        if value is None:
            continue
        if not isinstance(value, Real):
            raise TypeError(f"{name} is a number of seconds, not {value!r:.60}")
        if not float(value) >= 0:
            raise ValueError(f"{name} is a number of seconds from 0 on, not {value!r}")


def tls_files(options: Mapping[str, Any]) -> TLSFiles:
    """Return the files for TLS among the options of a request."""
    from tornado.netutil import TLSFiles

    names = ("ca_certs", "client_cert", "client_key")
    authorities, certificate, key = map(options.get, names)
    advice = "give an ssl.SSLContext as ssl_options"
    return TLSFiles(authorities, certificate, key, names, advice)


def plain_request(url: str) -> HTTPRequest:
    """Return the same as ``HTTPRequest(url)``, without a look at its thirty arguments."""
    request = HTTPRequest.__new__(HTTPRequest)
    request.url = url
    request.method = "GET"
    request.expect_100_continue = False
    request.start_time = time.time()
    return request


def settle(request: HTTPRequest, defaults: dict[str, Any]) -> HTTPRequest:
    """Return a copy of a request, with the client's defaults for options that it leaves open."""
    given = request.__dict__
    if None in given.values():
        given = {name: value for name, value in given.items() if value is not None}
    settled = HTTPRequest.__new__(HTTPRequest)
    settled.__dict__ = {**defaults, **given}
    return settled


class _RequestProxy:
    """A view of a request, with a client's defaults for the options that it leaves open.

    Clients that were written for 6.x may wrap a request in it. The clients here get requests that
    were merged with their defaults already.

    :param defaults: by the names of attributes; None for none.
    """

    def __init__(self, request: HTTPRequest, defaults: dict[str, Any] | None) -> None:
        self.request = request
        self.defaults = defaults

    def __getattr__(self, name: str) -> Any:
        value = getattr(self.request, name)
        if value is None and self.defaults:
            return self.defaults.get(name)
        return value
