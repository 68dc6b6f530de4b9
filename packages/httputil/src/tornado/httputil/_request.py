"""One request as a server sees it."""

from __future__ import annotations

import time
import warnings
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from tornado.escape import parse_qs_bytes, utf8

from ._errors import HTTPInputError
from ._fields._headers import HTTPHeaders
from ._hosts import checked_host, split_host_and_port
from ._process_config import max_arguments

if TYPE_CHECKING:
    from asyncio import Future
    from collections.abc import Callable
    from http.cookies import SimpleCookie
    from typing import Self

    from ._classic_answer import ClassicAnswer
    from ._delegates import HTTPConnection
    from ._multipart._file import HTTPFile
    from ._start_lines import RequestStartLine

_SCHEMES = ("http://", "https://")
_Arguments = dict[str, list[bytes]]
_Files = dict[str, "list[HTTPFile]"]

T = TypeVar("T")


class lazy(Generic[T]):  # noqa: N801 - reads as a decorator, like property
    """Compute an attribute on first access and keep it in the instance's ``__dict__``.

    It defines no ``__set__``, so later reads do not come here at all, and the attribute can be
    assigned and deleted (deleting makes the next access compute it anew). No lock is taken: two
    threads may both compute the value, and the later one stays.
    """

    def __init__(self, compute: Callable[..., T]) -> None:
        self.compute = compute
        self.name = compute.__name__
        self.__doc__ = compute.__doc__

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type) -> T: ...
    def __get__(self, instance: object | None, owner: type) -> T | Self:
        if instance is None:
            return self
        value = self.compute(instance)
        instance.__dict__[self.name] = value
        return value


class HTTPServerRequest:
    """A request as a server receives it.

    Nothing is parsed before somebody asks for it: the attributes after :attr:`headers` are computed
    on first access and then kept. All of them may be assigned.

    Reading an attribute raises :exc:`HTTPInputError` when what it is computed from is malformed:
    ``host`` for a bad ``Host`` field, ``query_arguments`` and ``arguments`` for too many arguments,
    and ``body_arguments``, ``files`` and ``arguments`` for a bad body.

    :param start_line: method, target and version. The arguments ``method``, ``uri``, ``version``
        and ``host`` are an older form of the same, and deprecated.
    :param connection: where the response goes; its ``context`` attribute, if it has one, has the
        client's address and the protocol.
    :param server_connection: the opaque object that stands for the client's connection.
    :param remote_ip: classic: the client's address, instead of the one of the connection.
    :param protocol: classic: ``http`` or ``https``, likewise.

    Until 3.2 these two came before ``host``. That order is recognized by the type of the arguments:
    the protocol and the host are text, where the newer order has something else.
    """

    #: The method: ``GET``, ``POST`` ...
    method: str
    #: The request target as the client sent it.
    uri: str
    #: The path of the target, without the query; still percent-encoded.
    path: str
    #: ``HTTP/1.0`` or ``HTTP/1.1``.
    version: str
    #: The header fields.
    headers: HTTPHeaders
    #: The body, complete; empty while it is read and when it is streamed.
    body: bytes = b""
    #: Where the response goes: an :class:`HTTPConnection`, or ``None`` for a request that did not come
    #: over one. Not typed, because the connection of a server can do more than every connection must.
    connection: Any
    #: Stands for the client's connection, several requests share it.
    server_connection: object | None

    _finish_time: float | None = None

    def __init__(
        self,
        method: str | None = None,
        uri: str | None = None,
        version: str = "HTTP/1.0",
        headers: HTTPHeaders | None = None,
        body: bytes | None = None,
        host: str | None = None,
        files: _Files | None = None,
        connection: HTTPConnection | None = None,
        start_line: RequestStartLine | None = None,
        server_connection: object | None = None,
        remote_ip: str | None = None,
        protocol: str | None = None,
    ) -> None:
        line: Any = start_line
        if line is not None and type(line) is not dict:
            self.method, target, self.version = line
        else:
            _warn_of_missing_start_line(method, uri)
            self.method, target, self.version = method or "GET", uri or "/", version
            moved: tuple[Any, ...] = (host, files, connection, line, server_connection)
            if line is not None or isinstance(moved[1], str) or isinstance(moved[2], str):
                remote_ip, protocol, host, files, connection = moved
                server_connection = None
        self.uri = target
        if target[:1] != "/" or "?" in target:
            target = _origin_form(target).partition("?")[0]
        self.path = target
        self.headers = HTTPHeaders() if headers is None else headers
        self.connection = connection
        self.server_connection = server_connection
        self._start_time = time.monotonic()
        if body:
            self.body = body
        if files:
            self.files = files
        if host is not None:
            warnings.warn(
                "the host argument of HTTPServerRequest is deprecated, set the Host header",
                DeprecationWarning,
                stacklevel=2,
            )
            self.host = host
        if remote_ip is not None:
            self.remote_ip = remote_ip
        if protocol is not None:
            self.protocol = protocol

    # The target.

    @lazy
    def query(self) -> str:
        """What follows the first ``?`` of the target; empty if there is none."""
        return self.uri.partition("?")[2]

    @lazy
    def host(self) -> str:
        """The host that is asked for, with the port if one is named.

        It comes from the target when that is an absolute URL (RFC 9112 section 3.2.2), else from
        the ``Host`` field. A request of HTTP/1.0 without one is for ``127.0.0.1``.
        """
        named = _authority_of(self.uri) or self.headers.get("Host")
        if named is not None:
            return checked_host(named)
        if self.version == "HTTP/1.0":
            return "127.0.0.1"
        raise HTTPInputError("Missing Host header")

    @lazy
    def host_name(self) -> str:
        """The host in lower case, without the port."""
        return split_host_and_port(self.host.lower())[0]

    def full_url(self) -> str:
        """Return the whole URL of this request."""
        return f"{self.protocol}://{self.host}{_origin_form(self.uri)}"

    # The client.

    @lazy
    def remote_ip(self) -> str | None:
        """The address of the client, None if it is not known."""
        return getattr(getattr(self.connection, "context", None), "remote_ip", None)

    @lazy
    def protocol(self) -> str:
        """``http`` or ``https``."""
        return getattr(getattr(self.connection, "context", None), "protocol", None) or "http"

    def get_ssl_certificate(self, binary_form: bool = False) -> dict[str, Any] | bytes | None:
        """Return the certificate that the client showed.

        Servers see one only when their SSL context has ``verify_mode`` set to ``CERT_OPTIONAL`` or
        ``CERT_REQUIRED``.

        :param binary_form: return the certificate as DER instead of a dictionary.
        :returns: None without TLS and without a certificate.
        """
        sock = getattr(getattr(self.connection, "stream", None), "socket", None)
        getpeercert = getattr(sock, "getpeercert", None)
        if getpeercert is None:
            return None
        try:
            found: dict[str, Any] | bytes | None = getpeercert(binary_form=binary_form)
        except (OSError, ValueError):  # closed, or the handshake is not done
            return None
        return found

    @lazy
    def cookies(self) -> SimpleCookie:
        """The cookies, each one a ``Morsel``; those with impossible names are left out."""
        from ._fields._cookies import cookie_jar

        return cookie_jar(self.headers.get("Cookie", ""))

    # The arguments.

    @lazy
    def query_arguments(self) -> _Arguments:
        """The arguments of the query: every name with the list of its values."""
        query = self.query
        if not query:
            return {}
        try:
            return parse_qs_bytes(query, keep_blank_values=True, max_num_fields=max_arguments())
        except ValueError as error:
            raise HTTPInputError(f"Invalid query string: {error}") from error

    @lazy
    def body_arguments(self) -> _Arguments:
        """The arguments of an urlencoded or multipart body, without the files."""
        return self._form[0]

    @lazy
    def files(self) -> _Files:
        """The files of a multipart body: every name with the list of its files."""
        return self._form[1]

    @lazy
    def arguments(self) -> _Arguments:
        """The arguments of the query and of the body together."""
        merged = {name: values.copy() for name, values in self.query_arguments.items()}
        for name, values in self.body_arguments.items():
            merged.setdefault(name, []).extend(values)
        return merged

    @lazy
    def _form(self) -> tuple[_Arguments, _Files]:
        arguments: _Arguments = {}
        files: _Files = {}
        content_type = self.headers.get("Content-Type", "")
        if self.body or content_type:
            from ._body import parse_body_arguments

            parse_body_arguments(content_type, self.body, arguments, files, self.headers)
        return arguments, files

    def _parse_body(self) -> None:
        """Parse the body now, even if it was asked for before it was complete.

        :raises HTTPInputError: it is malformed.
        """
        for name in ("_form", "body_arguments", "files", "arguments"):
            self.__dict__.pop(name, None)
        self.body_arguments, self.files = self._form

    def set_body(self, body: bytes) -> None:
        """Set the complete body and parse it; for servers that collect it.

        :raises HTTPInputError: it is malformed.

        .. versionadded:: 1.0
        """
        self.body = body
        self._parse_body()

    # Time and text.

    def request_time(self) -> float:
        """Return how many seconds this request took, or has taken so far."""
        end = time.monotonic() if self._finish_time is None else self._finish_time
        return end - self._start_time

    def __repr__(self) -> str:
        try:
            host = self.host
        except HTTPInputError:
            host = self.headers.get("Host")
        return (
            f"{type(self).__name__}(protocol={self.protocol!r}, host={host!r}, "
            f"method={self.method!r}, uri={self.uri!r}, version={self.version!r}, "
            f"remote_ip={self.remote_ip!r})"
        )

    # The classic form: the callback of a server answers through the request.

    def supports_http_1_1(self) -> bool:
        """Return whether the client speaks HTTP/1.1."""
        return self.version == "HTTP/1.1"

    def write(
        self, chunk: str | bytes, callback: Callable[[], object] | None = None
    ) -> Future[None] | None:
        """Write a piece of the response, the head and the body in one run of bytes (classic).

        :param callback: called without arguments when the bytes are with the operating system.
        :returns: a future that is done then, or None with a callback.
        :raises HTTPOutputError: it does not begin with the head of a response.
        """
        written = self._answer.write(utf8(chunk))
        if callback is None:
            return written
        written.add_done_callback(lambda _: callback())
        return None

    def finish(self) -> None:
        """End the response (classic)."""
        self._answer.finish()
        self._finish_time = time.monotonic()

    @lazy
    def _answer(self) -> ClassicAnswer:
        from ._classic_answer import ClassicAnswer

        if self.connection is None:
            raise RuntimeError("this request has no connection, so it cannot be answered")
        return ClassicAnswer(self.connection)


def _warn_of_missing_start_line(method: str | None, uri: str | None) -> None:
    what = "the start_line argument of HTTPServerRequest will be required"
    if method is not None or uri is not None:
        what = "the arguments method, uri and version of HTTPServerRequest are deprecated, use start_line"
    warnings.warn(what, DeprecationWarning, stacklevel=3)


def _authority_of(target: str) -> str | None:
    """Return ``host[:port]`` of a target in absolute-form (RFC 9112 section 3.2.2), else None."""
    if not target or target[0] == "/" or not target.lower().startswith(_SCHEMES):
        return None
    rest = target.partition("://")[2]
    for index, char in enumerate(rest):
        if char in "/?#":
            return rest[:index]
    return rest


def _origin_form(target: str) -> str:
    """Return path and query of a target, which begin with a slash unless it is ``*`` or a host."""
    authority = _authority_of(target)
    if authority is None:
        return target
    rest = target.partition("://")[2][len(authority) :]
    return rest if rest.startswith("/") else "/" + rest
