r"""A non-blocking HTTP/1.1 server without a framework.

A server reads requests from its sockets and passes each of them to a callback, or to a
:class:`tornado.httputil.HTTPServerConnectionDelegate` such as a ``tornado.web.Application``::

    import asyncio
    from tornado.httpserver import HTTPServer
    from tornado.httputil import HTTPHeaders, ResponseStartLine

    def answer(request):
        body = f"You requested {request.path}\n".encode()
        headers = HTTPHeaders({"Content-Length": str(len(body))})
        request.connection.write_headers(ResponseStartLine("", 200, "OK"), headers, body)
        request.connection.finish()

    async def main():
        HTTPServer(answer).listen(8888)
        await asyncio.Event().wait()

    asyncio.run(main())
"""

# ruff: noqa: TC004 - the names in __all__ are imported when they are first asked for

from __future__ import annotations

from typing import TYPE_CHECKING

from tornado.escape import native_str
from tornado.http1connection import HTTP1ConnectionParameters, HTTP1ServerConnection
from tornado.httputil import HTTPServerRequest as HTTPRequest
from tornado.tcpserver import TCPServer
from tornado.util import Configurable, publish

from ._context import ConnectionContext as _HTTPRequestContext  # noqa: F401 - OctoPrint has it
from ._server import HTTPServer

if TYPE_CHECKING:
    from ._body_limits import BodyLimits
    from ._classic import HTTPConnection
    from ._inherited import inherited_sockets
    from ._lifespan import Lifespan, Lifespans

__all__ = [
    "BodyLimits",
    "Configurable",
    "HTTP1ConnectionParameters",
    "HTTP1ServerConnection",
    "HTTPConnection",
    "HTTPRequest",
    "HTTPServer",
    "Lifespan",
    "Lifespans",
    "TCPServer",
    "inherited_sockets",
    "native_str",
]

publish(
    globals(),
    {
        "BodyLimits": "_body_limits",
        "HTTPConnection": "_classic",
        "Lifespan": "_lifespan",
        "Lifespans": "_lifespan",
        "inherited_sockets": "_inherited",
    },
)
