"""Scopes: what an application is told about a request before its body."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote, unquote

from ._fields import encode_fields
from ._tls import describe_tls

if TYPE_CHECKING:
    from tornado.httputil import HTTPHeaders

#: The version of the specification of HTTP and websockets whose messages are known.
SPEC_VERSION = "2.5"

#: What our server says of clients that have no address.
_OF_UNIX_SOCKETS = "0.0.0.0"  # noqa: S104 - nothing listens on it

_Address = tuple[str, int | None]


class _Ends(NamedTuple):
    """The two ends of a connection, and its TLS."""

    remote_ip: str | None
    client: _Address | None
    server: _Address | None
    tls: dict[str, Any] | None


class ScopeMaker:
    """What makes the scopes of one application.

    :param root_path: where the application is mounted, without a slash at the end.
    :param early_hints: offer the extension for early hints.
    """

    def __init__(self, root_path: str, early_hints: bool) -> None:
        self._root_path = root_path
        self._raw_root = quote(root_path).encode("ascii")
        self._below_root = root_path + "/"
        self._early_hints = early_hints
        #: What the application has kept for its requests when it started.
        self.state: dict[str, Any] | None = None
        # The ends of connections by the identity of these, which live as long as the entries.
        self._ends: dict[int, _Ends] = {}
        self._references: dict[int, weakref.ref[object]] = {}

    def http(
        self, line: tuple[str, str, str], headers: HTTPHeaders, server_conn: object, connection: Any
    ) -> dict[str, Any]:
        """Return the scope of an HTTP request."""
        method, target, version = line
        fields = headers.fields
        pairs = encode_fields(fields)
        if target[0] != "/":
            target = _without_authority(target, pairs)
        path, _, query = target.partition("?")
        raw_path = path.encode("latin-1")
        if "%" in path or not path.isascii():
            path = unquote(raw_path)
        context = connection.context
        ends = self._ends.get(id(server_conn)) or self._meet(server_conn, connection)
        remote_ip = context.remote_ip
        extensions: dict[str, Any] = {
            "http.response.pathsend": {},
            "http.response.zerocopysend": {},
        }
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": SPEC_VERSION},
            "http_version": version[5:],
            "method": method,
            "scheme": context.protocol,
            "path": path,
            "raw_path": raw_path,
            "query_string": query.encode("latin-1"),
            "root_path": self._root_path,
            "headers": pairs,
            "client": ends.client if remote_ip == ends.remote_ip else (remote_ip, 0),
            "server": ends.server,
            "extensions": extensions,
        }
        if self._root_path:
            self._mount(scope)
        if self.state is not None:
            scope["state"] = self.state.copy()
        if ends.tls is not None:
            extensions["tls"] = ends.tls.copy()
        if "Te" in fields and version == "HTTP/1.1" and _takes_trailers(headers):
            extensions["http.response.trailers"] = {}
        if self._early_hints and version == "HTTP/1.1":
            extensions["http.response.early_hint"] = {}
        return scope

    def websocket(
        self,
        line: tuple[str, str, str],
        headers: HTTPHeaders,
        server_conn: object,
        connection: Any,
        subprotocols: list[str],
    ) -> dict[str, Any]:
        """Return the scope of a websocket."""
        scope = self.http(line, headers, server_conn, connection)
        scope["type"] = "websocket"
        scope["scheme"] = "wss" if scope["scheme"] == "https" else "ws"
        scope["subprotocols"] = subprotocols
        del scope["method"]
        tls = scope["extensions"].get("tls")
        scope["extensions"] = {"websocket.http.response": {}}
        if tls is not None:
            scope["extensions"]["tls"] = tls
        return scope

    def _mount(self, scope: dict[str, Any]) -> None:
        """Let the path begin with that of the mount, also where a proxy has removed it."""
        path: str = scope["path"]
        if path != self._root_path and not path.startswith(self._below_root):
            scope["path"] = self._root_path + path
            scope["raw_path"] = self._raw_root + scope["raw_path"]

    def _meet(self, server_conn: object, connection: Any) -> _Ends:
        """Look at the ends of a new connection, once for all of its requests."""
        context, stream = connection.context, getattr(connection, "stream", None)
        socket = getattr(stream, "socket", None)
        address = getattr(context, "address", None)
        remote_ip, client = _OF_UNIX_SOCKETS, None
        if isinstance(address, tuple):
            remote_ip, client = address[0], (address[0], address[1])
        ends = _Ends(remote_ip, client, _own_address(socket), describe_tls(socket))
        try:
            reference = weakref.ref(server_conn, self._forget(id(server_conn)))
        except TypeError:
            return ends  # not one of our connections: nothing says when it ends
        self._references[id(server_conn)] = reference
        self._ends[id(server_conn)] = ends
        return ends

    def _forget(self, key: int) -> Any:
        def forget(_: object) -> None:
            self._ends.pop(key, None)
            self._references.pop(key, None)

        return forget


def _own_address(socket: Any) -> _Address | None:
    """Return the address that a client has connected to; the path of a Unix socket."""
    try:
        name = socket.getsockname()
    except (AttributeError, OSError):
        return None
    if isinstance(name, tuple):
        return name[0], name[1]
    return (name if isinstance(name, str) else name.decode("utf-8", "replace"), None)


def _without_authority(target: str, pairs: list[tuple[bytes, bytes]]) -> str:
    """Return path and query of an absolute target, whose host replaces that of the field.

    An asterisk, and the authority of CONNECT, stay as they are.
    """
    scheme, separator, rest = target.partition("://")
    if not separator or not scheme.isalnum():
        return target
    end = min((at for at in map(rest.find, "/?") if at >= 0), default=len(rest))
    pairs[:] = [pair for pair in pairs if pair[0] != b"host"]
    pairs.insert(0, (b"host", rest[:end].encode("latin-1")))  # RFC 9112 section 3.2.2
    origin_form = rest[end:]
    return origin_form if origin_form.startswith("/") else "/" + origin_form


def _takes_trailers(headers: HTTPHeaders) -> bool:
    codings = headers["Te"].lower().split(",")
    return "trailers" in [coding.partition(";")[0].strip() for coding in codings]
