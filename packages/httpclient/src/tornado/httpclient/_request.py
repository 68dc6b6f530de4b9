"""What a fetch asks for."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, ClassVar

from tornado.escape import native_str, utf8
from tornado.httputil import HTTPHeaders, format_timestamp

from ._classic_order import in_modern_order, is_classic_order
from ._timeouts import check_timeouts

if TYPE_CHECKING:
    import datetime
    import ssl
    from collections.abc import AsyncIterable, Awaitable, Callable, Iterable, Mapping, Sequence

    from ._body import FileValue
    from ._preparation import Hook
    from ._retry import Retry


class HTTPRequest:
    """A request, with everything that says how it is made.

    What is None takes the client's default (``defaults=`` of the client), and then the one of the
    class. Times are in seconds, sizes in bytes.

    :param url: an ``http`` or ``https`` URL. User and password in it are used for Basic
        authentication, a fragment stays here.
    :param method: GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS, others with
        ``allow_nonstandard_methods``.
    :param headers: an `HTTPHeaders` or a dict.
    :param body: text or bytes. POST, PUT and PATCH need one, the others must not have one, unless
        ``allow_nonstandard_methods`` is true.
    :param body_producer: in place of a body: a function that is called with ``write``, writes
        pieces and returns an awaitable; or an asynchronous iterable of pieces. Without a
        ``Content-Length`` field the body goes out in chunks.
    :param auth_username: the user for authentication.
    :param auth_password: and the password.
    :param auth_mode: ``"basic"`` (the default) or ``"digest"``.
    :param connect_timeout: for name, connection and TLS together (20; 0 for no limit).
    :param request_timeout: for everything behind the queue, redirects included (20; 0: no limit).
    :param if_modified_since: a time for the field of that name.
    :param follow_redirects: follow a ``Location``, or give the response that has it (true).
    :param max_redirects: how many to follow (5).
    :param user_agent: the field of that name.
    :param use_gzip: the old name of ``decompress_response``.
    :param decompress_response: ask for a compressed body and decompress it (true).
    :param network_interface: connect from there: an address, with curl also an interface's name.
    :param streaming_callback: called with each piece of the body; ``response.body`` stays empty.
        It may be a coroutine function, and the server is slowed down while it waits.
    :param header_callback: called with each line of the head, with its line end; with curl also
        with those of redirects that are followed.
    :param prepare_curl_callback: called with the ``pycurl.Curl`` object before it starts.
    :param proxy_host: connect through this HTTP proxy,
    :param proxy_port: at this port,
    :param proxy_username: as this user,
    :param proxy_password: with this password.
    :param proxy_auth_mode: ``"basic"`` (the default); with curl also ``"digest"``.
    :param allow_nonstandard_methods: let any token be a method, with or without a body.
    :param validate_cert: verify the server's certificate (true).
    :param ca_certs: a file of the authorities to trust.
    :param allow_ipv6: connect over IPv6 as well (true).
    :param client_key: the file of the client's key, if it is not in
    :param client_cert: the file of the client's certificate.
    :param expect_100_continue: ask before sending the body. It is sent after a second anyway.
    :param ssl_options: an `ssl.SSLContext`; overrides the other TLS settings.
    :param json: in place of a body: an object to send as JSON.
    :param form: in place of a body: fields of a form, urlencoded, or multipart together with
    :param files: the files of a form: a name to one file or to a list of them. A file is a
        `FormFile`, bytes, a file that is open for reading bytes, or a `pathlib.Path`. Files are
        read whole, and at once; use ``body_producer`` for what is large.
    :param proxy_type: ``"http"`` (the default), ``"https"``, ``"socks5"`` or ``"socks5h"``. A proxy
        that is reached over TLS is verified as ``ca_certs`` and ``validate_cert`` say.
    :param unix_socket: connect to the Unix socket at this path; the URL gives the Host field.
    :param queue_timeout: for waiting until other fetches are done (as ``connect_timeout``).
    :param tls_timeout: for the TLS handshake alone.
    :param head_timeout: from the end of the request to the end of the response's head.
    :param body_timeout: for the response's body alone.
    :param max_body_size: for the response's body, as it comes and decompressed.
    :param retry: a `Retry`, to try again after failures.
    :param prepare: a list of hooks: functions or coroutine functions that get a copy of this
        request and may change its URL, method, fields, body, credentials, proxy and TLS settings.
        They run in turn before the first byte is sent, again before each retry, and within
        ``request_timeout``; what one raises ends the fetch. A redirect is made of what they left,
        by the rules for redirects, without asking them again: what they put into Authorization,
        Cookie and the like does not reach another origin. Limits, times and callbacks stay as
        they were.
    :param upload_progress: called with bytes sent and bytes in all, None if that is not known.
    :param download_progress: called with bytes received and bytes in all, or None, on the wire.

    Positional arguments may be in the order of 1.0 to 2.4, without ``auth_mode``, or of 3.x, without
    ``proxy_auth_mode``: another type than text at the place of these tells.

    .. versionadded:: 1.0
       ``json`` and what follows it.
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

    # A request holds what it was given; everything else stands here. Making one costs little, and
    # merging it with a client's defaults is an update of dictionaries.
    url: str
    method: str
    _headers: HTTPHeaders | None = None
    _body: bytes | None = None
    _head_callback: Callable[[int, str, HTTPHeaders], None] | None = None
    #: Whether the pieces of an error's body are for the caller.
    _hides_errors = False
    _asked: HTTPRequest | None = None
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
        form: Mapping[str, str | bytes | list[str]] | None = None,
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
        form: Mapping[str, str | bytes | list[str]] | None,
        files: Mapping[str, FileValue | Sequence[FileValue]] | None,
    ) -> None:
        from ._body import encode_body

        if self._body is not None or self.body_producer is not None:
            raise ValueError("more than one body: json, form and files are bodies of their own")
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


def plain_request(url: str) -> HTTPRequest:
    """Return what ``HTTPRequest(url)`` gives, without a look at the thirty arguments."""
    request = HTTPRequest.__new__(HTTPRequest)
    request.url = url
    request.method = "GET"
    request.expect_100_continue = False
    request.start_time = time.time()
    return request


def settle(request: HTTPRequest, defaults: dict[str, Any]) -> HTTPRequest:
    """Return a request in which what was left open has the client's value."""
    given = request.__dict__
    if None in given.values():
        given = {name: value for name, value in given.items() if value is not None}
    settled = HTTPRequest.__new__(HTTPRequest)
    settled.__dict__ = {**defaults, **given}
    return settled
