"""A request that comes as an environ."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from tornado.httputil import HTTPHeaders, HTTPInputError, HTTPServerRequest, RequestStartLine

if TYPE_CHECKING:
    from collections.abc import Mapping

#: What a path may have besides letters and digits (pchar of RFC 3986, and the slash).
_IN_PATHS = "/-._~!$&'()*+,;=:@"

#: Bytes that are read of a body at a time.
PIECE = 65536


class EnvironConnection:
    """The connection of a request that comes as an environ: no more than the client's address."""

    def __init__(self, environ: Mapping[str, Any]) -> None:
        self.context = EnvironContext(environ)


class EnvironContext:
    """The client's address and the protocol, as a WSGI server gives them."""

    def __init__(self, environ: Mapping[str, Any]) -> None:
        self.remote_ip = environ.get("REMOTE_ADDR") or None
        self.address = environ.get("REMOTE_ADDR", ""), _port(environ.get("REMOTE_PORT"))
        self.protocol: str = environ.get("wsgi.url_scheme", "http")


class HTTPRequest(HTTPServerRequest):
    """A request as a WSGI server gives it (classic).

    ``HTTPRequest(environ)`` reads the body and parses it, as in Tornado 2.4. With other arguments it is
    a :class:`tornado.httputil.HTTPServerRequest`, which this name stands for in upstream 6.

    :param environ: of the WSGI server.
    :raises tornado.httputil.HTTPInputError: the environ has no valid request, or its body is malformed.
    """

    def __init__(self, environ: Any = None, *args: Any, **kwargs: Any) -> None:
        if not isinstance(environ, dict):
            if environ is not None:
                args = (environ, *args)
            super().__init__(*args, **kwargs)
            return
        self.environ: dict[str, Any] = environ
        connection: Any = EnvironConnection(environ)
        super().__init__(
            start_line=start_line_of(environ), headers=fields_of(environ), connection=connection
        )
        body = environ["wsgi.input"].read(length_of(environ) or 0)
        self.set_body(body)


def start_line_of(environ: Mapping[str, Any]) -> RequestStartLine:
    """Return the start line of a request.

    The target is ``SCRIPT_NAME`` and ``PATH_INFO``, quoted again: a server does not tell how the
    client has quoted them.
    """
    path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
    target = quote(path.encode("latin-1"), safe=_IN_PATHS) or "/"
    query = environ.get("QUERY_STRING")
    if query:
        target += "?" + query
    version = environ.get("SERVER_PROTOCOL", "HTTP/1.0")
    return RequestStartLine(environ["REQUEST_METHOD"], target, version)


def fields_of(environ: Mapping[str, Any]) -> HTTPHeaders:
    """Return the header fields of a request.

    :raises tornado.httputil.HTTPInputError: a name or a value is not one of HTTP.
    """
    headers = HTTPHeaders()
    for key, value in environ.items():
        if key.startswith("HTTP_") and isinstance(value, str):
            headers.add(key[5:].replace("_", "-").title(), value)
    for key, name in (("CONTENT_TYPE", "Content-Type"), ("CONTENT_LENGTH", "Content-Length")):
        if environ.get(key):
            headers[name] = environ[key]
    if "Host" not in headers and environ.get("SERVER_NAME"):
        headers["Host"] = _own_host(environ)
    return headers


def length_of(environ: Mapping[str, Any]) -> int | None:
    """Return the length of the body; None if the server marks its end instead.

    :raises tornado.httputil.HTTPInputError: it is not a number.
    """
    text = environ.get("CONTENT_LENGTH") or ""
    if not text:
        return None if environ.get("wsgi.input_terminated") else 0
    if not (text.isascii() and text.isdigit()):
        raise HTTPInputError(f"CONTENT_LENGTH is not a number: {text!r:.60}")
    return int(text)


def _own_host(environ: Mapping[str, Any]) -> str:
    host, port = environ["SERVER_NAME"], str(environ.get("SERVER_PORT", ""))
    usual = "443" if environ.get("wsgi.url_scheme") == "https" else "80"
    return host if port in ("", usual) else f"{host}:{port}"


def _port(text: Any) -> int:
    return int(text) if isinstance(text, str) and text.isascii() and text.isdigit() else 0
