"""HTTP/1.0 and HTTP/1.1 over a stream (RFC 9110 and RFC 9112), for servers and clients.

Most applications use :mod:`tornado.httpserver` or :mod:`tornado.httpclient` and never see this
module. It is for servers, proxies and clients of your own:

* :class:`HTTP1ServerConnection` serves requests on one stream and tells a
  :class:`tornado.httputil.HTTPServerConnectionDelegate` about each of them;
* :class:`HTTP1Connection` is one exchange: the server's way to answer, or a client's way to ask;
* :class:`ResponseDriver` reads responses from a stream, one after the other, for a client that
  keeps its connections;
* :class:`RequestParser` and :class:`ResponseParser` are the protocol alone, bytes in and events
  out, without a socket: for tests, for captures, for other transports.
"""

# ruff: noqa: TC004 - the names in __all__ are imported when they are first asked for

from __future__ import annotations

from typing import TYPE_CHECKING

from tornado.util import publish

from ._connection import HTTP1Connection
from ._errors import ProtocolError
from ._parameters import HTTP1ConnectionParameters
from ._parsing._framing import is_transfer_encoding_chunked, parse_hex_int, parse_int
from ._parsing._head import RequestHead, ResponseHead
from ._parsing._parser import EndOfMessage, RequestParser, ResponseParser
from ._server._connection import HTTP1ServerConnection

if TYPE_CHECKING:
    from ._responses import _MAX_1XX_RESPONSES as _MAX_1XX_RESPONSES
    from ._responses import ResponseDriver

__all__ = [
    "EndOfMessage",
    "HTTP1Connection",
    "HTTP1ConnectionParameters",
    "HTTP1ServerConnection",
    "ProtocolError",
    "RequestHead",
    "RequestParser",
    "ResponseDriver",
    "ResponseHead",
    "ResponseParser",
    "is_transfer_encoding_chunked",
    "parse_hex_int",
    "parse_int",
]

publish(
    globals(),
    {
        "ResponseDriver": "_responses",
        "_MAX_1XX_RESPONSES": "_responses",  # programs look at the limit
    },
    aliases={
        "GzipDecompressor": "tornado.util",
        "future_add_done_callback": "tornado.concurrent",
        "future_set_result_unless_cancelled": "tornado.concurrent",
        "native_str": "tornado.escape",
        "utf8": "tornado.escape",
    },
)
