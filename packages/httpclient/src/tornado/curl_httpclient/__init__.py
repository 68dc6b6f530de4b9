"""The HTTP client on libcurl, by way of pycurl: ``pip install tornado-httpclient[curl]``.

It has the interface of the other one and is chosen for the process by name::

    AsyncHTTPClient.configure("tornado.curl_httpclient.CurlAsyncHTTPClient", max_clients=50)

It adds what libcurl can do: HTTP/2, proxies with digest authentication, interfaces by their names.
``prepare_curl_callback`` of a request sets any option of libcurl. Redirects, authentication,
decompression, cookies and limits are the same code as for the client in Python, so they follow the
same rules.

The logger ``tornado.curl_httpclient`` tells at the level DEBUG what libcurl does.
"""

from __future__ import annotations

from tornado.util import publish

from ._client import CurlAsyncHTTPClient
from ._errors import CurlError

__all__ = ["CurlAsyncHTTPClient", "CurlError"]

publish(
    globals(),
    aliases={
        "AsyncHTTPClient": "tornado.httpclient",
        "HTTPError": "tornado.httpclient",
        "HTTPRequest": "tornado.httpclient",
        "HTTPResponse": "tornado.httpclient",
        "curl_log": "tornado.curl_httpclient._log",
        "main": "tornado.httpclient",
        "native_str": "tornado.escape",
        "utf8": "tornado.escape",
    },
)
