"""The HTTP client on libcurl, through pycurl: ``pip install tornado-httpclient[curl]``.

It has the interface of the client in Python, and is chosen for the process by name::

    AsyncHTTPClient.configure("tornado.curl_httpclient.CurlAsyncHTTPClient", max_clients=50)

It adds features of libcurl: HTTP/2, proxies with digest authentication, network interfaces by name.
The ``prepare_curl_callback`` of a request can set any option of libcurl. Redirects, authentication,
decompression, cookies and limits are the same code as for the client in Python, so they follow the
same rules.

The logger ``tornado.curl_httpclient`` logs at the level DEBUG what libcurl does.
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
