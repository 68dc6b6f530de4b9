"""Answers for the probes of a load balancer or an orchestrator, on a port of their own.

They cost the application's requests nothing, and users of the application do not reach them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tornado.httpserver import HTTPServer
from tornado.httputil import HTTPHeaders, ResponseStartLine

from ._status import State, status

if TYPE_CHECKING:
    import socket

    from tornado.httputil import HTTPServerRequest

#: Whether the process lives: the loop runs, or nobody would answer.
HEALTH = "/health"
#: Whether requests should be sent here.
READY = "/ready"


def serve_probes(sockets: list[socket.socket]) -> HTTPServer | None:
    """Answer probes on listening sockets; None if there are none."""
    if not sockets:
        return None
    server = HTTPServer(_answer, no_keep_alive=True)
    server.add_sockets(sockets)
    return server


def _answer(request: HTTPServerRequest) -> None:
    code, reason, text = _judge(request.method or "", request.path)
    fields = HTTPHeaders(
        {
            "Content-Type": "text/plain; charset=utf-8",
            "Content-Length": str(len(text)),
            "Cache-Control": "no-store",
        }
    )
    connection = request.connection
    if connection is None:
        return
    body = b"" if request.method == "HEAD" else text
    connection.write_headers(ResponseStartLine("HTTP/1.1", code, reason), fields, body)
    connection.finish()


def _judge(method: str, path: str) -> tuple[int, str, bytes]:
    if method not in {"GET", "HEAD"}:
        return 405, "Method Not Allowed", b"GET or HEAD\n"
    if path == HEALTH:
        return 200, "OK", b"alive\n"
    if path != READY:
        return 404, "Not Found", b"/health or /ready\n"
    if status.state is State.READY:
        return 200, "OK", b"ready\n"
    return 503, "Service Unavailable", status.state.value.encode() + b"\n"
