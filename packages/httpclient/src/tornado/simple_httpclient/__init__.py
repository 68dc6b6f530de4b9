"""The HTTP client in Python.

`tornado.httpclient.AsyncHTTPClient` uses it unless another implementation is configured::

    from tornado.simple_httpclient import SimpleAsyncHTTPClient

    async with SimpleAsyncHTTPClient(force_instance=True, max_clients=100) as client:
        response = await client.fetch("https://www.example.com/")

It speaks HTTP/1.1 and keeps connections for the next request to the same server with the same
settings. A connection that the server has closed meanwhile does no harm: if no answer came and the
method is idempotent, the request is sent again on a new connection.
"""

from __future__ import annotations

from tornado.httpclient._errors import HTTPStreamClosedError, HTTPTimeoutError
from tornado.util import publish

from ._client import SimpleAsyncHTTPClient

__all__ = ["HTTPStreamClosedError", "HTTPTimeoutError", "SimpleAsyncHTTPClient"]

publish(
    globals(),
    aliases={
        "AsyncHTTPClient": "tornado.httpclient",
        "HTTP1Connection": "tornado.http1connection",
        "HTTP1ConnectionParameters": "tornado.http1connection",
        "HTTPError": "tornado.httpclient",
        "HTTPRequest": "tornado.httpclient",
        "HTTPResponse": "tornado.httpclient",
        "IOLoop": "tornado.ioloop",
        "IOStream": "tornado.iostream",
        "OverrideResolver": "tornado.netutil",
        "Resolver": "tornado.netutil",
        "StreamClosedError": "tornado.iostream",
        "TCPClient": "tornado.tcpclient",
        "is_valid_ip": "tornado.netutil",
        "main": "tornado.httpclient",
    },
)
