"""HTTP/1.0 and HTTP/1.1 over a stream (RFC 9110 and RFC 9112), for servers and clients.

Most applications use :mod:`tornado.httpserver` or :mod:`tornado.httpclient` and never see this
module. It is for those who write a server, a proxy or a client of their own:

* :class:`HTTP1ServerConnection` serves requests on one stream and tells a
  :class:`tornado.httputil.HTTPServerConnectionDelegate` about each of them;
* :class:`HTTP1Connection` is one exchange: the server's way to answer, or a client's way to ask;
* :class:`RequestParser` and :class:`ResponseParser` are the protocol alone, bytes in and events
  out, without a socket: for tests, for captures, for other transports.
"""

from __future__ import annotations

from tornado.util import publish

from ._client import _MAX_1XX_RESPONSES as _MAX_1XX_RESPONSES  # programs look at the limit
from ._connection import HTTP1Connection
from ._errors import ProtocolError
from ._framing import is_transfer_encoding_chunked, parse_hex_int, parse_int
from ._head import RequestHead, ResponseHead
from ._parameters import HTTP1ConnectionParameters
from ._parser import EndOfMessage, RequestParser, ResponseParser
from ._server import HTTP1ServerConnection

__all__ = [
    "EndOfMessage",
    "HTTP1Connection",
    "HTTP1ConnectionParameters",
    "HTTP1ServerConnection",
    "ProtocolError",
    "RequestHead",
    "RequestParser",
    "ResponseHead",
    "ResponseParser",
    "is_transfer_encoding_chunked",
    "parse_hex_int",
    "parse_int",
]

publish(
    globals(),
    aliases={
        "GzipDecompressor": "tornado.util",
        "future_add_done_callback": "tornado.concurrent",
        "future_set_result_unless_cancelled": "tornado.concurrent",
        "native_str": "tornado.escape",
        "utf8": "tornado.escape",
    },
)
