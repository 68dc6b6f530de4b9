"""An asynchronous HTTP client, and a blocking one.

`AsyncHTTPClient.fetch` performs a request and returns the response::

    from tornado.httpclient import AsyncHTTPClient

    async def main():
        client = AsyncHTTPClient()
        response = await client.fetch("https://www.example.com/")
        print(response.code, response.headers["Content-Type"], len(response.body))

Options are arguments of an `HTTPRequest`, or of ``fetch`` after the URL. Connections are kept and
used again. There are two implementations with one interface: `.SimpleAsyncHTTPClient` (the default,
in Python) and `.CurlAsyncHTTPClient` (on libcurl, for HTTP/2 and unusual proxies)::

    AsyncHTTPClient.configure("tornado.curl_httpclient.CurlAsyncHTTPClient", max_clients=100)

`HTTPClient` does the same for programs that have no loop. In a shell, ``python -m
tornado.httpclient URL`` prints the body.
"""

from __future__ import annotations

from tornado.util import publish

from ._client import AsyncHTTPClient
from ._command import main
from ._errors import (
    HTTPClientError,
    HTTPProtocolError,
    HTTPStreamClosedError,
    HTTPTimeoutError,
)
from ._fetch._retry import Retry
from ._request._body import FormFile
from ._request._request import HTTPRequest
from ._request._request import _RequestProxy as _RequestProxy
from ._response._response import HTTPResponse
from ._response._stream import ResponseStream
from ._sync import HTTPClient

#: The classic name.
HTTPError = HTTPClientError

__all__ = [
    "AsyncHTTPClient",
    "FormFile",
    "HTTPClient",
    "HTTPClientError",
    "HTTPError",
    "HTTPProtocolError",
    "HTTPRequest",
    "HTTPResponse",
    "HTTPStreamClosedError",
    "HTTPTimeoutError",
    "ResponseStream",
    "Retry",
    "main",
]

publish(
    globals(),
    aliases={
        "Configurable": "tornado.util",
        "IOLoop": "tornado.ioloop",
        "future_set_exception_unless_cancelled": "tornado.concurrent",
        "future_set_result_unless_cancelled": "tornado.concurrent",
        "native_str": "tornado.escape",
        "utf8": "tornado.escape",
    },
)
