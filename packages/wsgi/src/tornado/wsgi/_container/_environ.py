"""The environ of a request (PEP 3333, "environ Variables")."""

from __future__ import annotations

import sys
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

from tornado.httputil import split_host_and_port

from ._file_wrapper import FileWrapper

if TYPE_CHECKING:
    from tornado.httputil import HTTPServerRequest

#: Fields that have a place of their own, or that are about the connection alone. The server has taken
#: the chunks apart already, an application that reads of them would do it again. ``Proxy`` would
#: become HTTP_PROXY, which clients of HTTP take for a setting of the machine.
_LEFT_OUT = frozenset({"Content-Length", "Content-Type", "Proxy", "Transfer-Encoding"})

#: Environ names by those of fields; only short ones that begin with a capital, at most so many.
_names: dict[str, str] = {}
_MAX_NAMES = 1000

_PORTS = {"http": "80", "https": "443"}


def make_environ(request: HTTPServerRequest, *, is_threaded: bool) -> dict[str, Any]:
    """Return the environ of a request whose body is complete.

    :param is_threaded: whether other threads may call the application at the same time.
    :raises tornado.httputil.HTTPInputError: the ``Host`` field is malformed.
    """
    host, port = split_host_and_port(request.host)
    path = request.path
    if "%" in path:
        path = unquote_to_bytes(path).decode("latin-1")
    protocol = request.protocol
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": path if path[:1] == "/" else "",  # OPTIONS * and CONNECT have none
        "QUERY_STRING": request.query,
        "REMOTE_ADDR": request.remote_ip or "",
        "SERVER_NAME": host,
        "SERVER_PORT": _PORTS.get(protocol, "80") if port is None else str(port),
        "SERVER_PROTOCOL": request.version,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": protocol,
        "wsgi.input": BytesIO(request.body),
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.file_wrapper": FileWrapper,
        "wsgi.multithread": is_threaded,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    _add_fields(environ, request)
    return environ


def _add_fields(environ: dict[str, Any], request: HTTPServerRequest) -> None:
    fields = request.headers.fields
    for name, value in fields.items():
        key = _names.get(name) or _environ_name(name)
        if key:
            environ[key] = value if isinstance(value, str) else _joined(name, request)
    if "Content-Type" in fields:
        environ["CONTENT_TYPE"] = request.headers["Content-Type"]
    if request.body:
        environ["CONTENT_LENGTH"] = str(len(request.body))
    elif "Content-Length" in fields and "X-Consumed-Content-Encoding" not in fields:
        # The length of a body that the server decompresses is known at its end.
        environ["CONTENT_LENGTH"] = request.headers["Content-Length"]


def _joined(name: str, request: HTTPServerRequest) -> str:
    """Return the values of a repeated field as one (RFC 9110 section 5.3, RFC 6265 section 5.4)."""
    if name == "Cookie":
        return "; ".join(request.headers.get_list(name))
    return request.headers[name]


def _environ_name(name: str) -> str:
    """Return the name in the environ of a field; an empty one leaves the field out.

    Fields with an underscore are left out: ``X_Real_Ip`` would have the name of ``X-Real-Ip``, and
    so pass a proxy that removes that from requests.
    """
    if name in _LEFT_OUT or "_" in name:
        return ""
    key = "HTTP_" + name.upper().replace("-", "_")
    if len(name) < 50 and len(_names) < _MAX_NAMES:
        _names[name] = key
    return key
