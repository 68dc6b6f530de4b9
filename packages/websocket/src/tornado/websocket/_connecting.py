"""Opening a connection as a client.

The connection is made by `tornado.simple_httpclient`, so everything that holds for requests holds
here: names, TLS, proxies, redirects without credentials at another origin, cookies, timeouts.
"""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, NamedTuple

from tornado.httpclient import HTTPClientError
from tornado.simple_httpclient import SimpleAsyncHTTPClient

from .protocol import (
    Agreement,
    DeflateSettings,
    WebSocketError,
    check_response,
    new_key,
    request_headers,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tornado.httpclient import HTTPRequest
    from tornado.httputil import HTTPHeaders
    from tornado.iostream import IOStream
    from tornado.netutil import Resolver

_HTTP_SCHEMES = {"ws": "http", "wss": "https"}


class Opened(NamedTuple):
    """A connection after its opening handshake."""

    stream: IOStream
    headers: HTTPHeaders
    subprotocol: str | None
    agreement: Agreement | None


async def connect(
    request: HTTPRequest,
    *,
    subprotocols: Sequence[str] = (),
    deflate: DeflateSettings | None = None,
    resolver: Resolver | None = None,
    http_client: SimpleAsyncHTTPClient | None = None,
) -> Opened:
    """Connect and perform the opening handshake.

    :param http_client: makes the connection; by default one for this connection alone.
    :raises HTTPClientError: the server refused, or no answer came.
    :raises WebSocketError: its answer is not one to this handshake.
    """
    key = new_key()
    fields = request_headers(key, subprotocols=subprotocols, deflate=deflate)
    client = http_client or SimpleAsyncHTTPClient(
        force_instance=True, max_clients=1, resolver=resolver
    )
    try:
        response, stream = await client.upgrade(prepared(request, fields))
    except HTTPClientError as error:
        if not 200 <= error.code < 300:
            raise
        raise WebSocketError("Non-websocket response") from error
    finally:
        if http_client is None:
            client.close()
    try:
        subprotocol, agreement = check_response(
            response.code,
            response.headers,
            key=key,
            subprotocols=subprotocols,
            deflate=deflate,
        )
    except BaseException:
        stream.close()
        raise
    return Opened(stream, response.headers, subprotocol, agreement)


def prepared(request: HTTPRequest, fields: dict[str, str]) -> HTTPRequest:
    """Return a copy of a request that asks for a websocket."""
    made = copy(request)
    scheme, separator, rest = request.url.partition("://")
    made.url = _HTTP_SCHEMES.get(scheme.lower(), scheme) + separator + rest
    headers = request.headers.copy()
    for name, value in fields.items():
        headers[name] = value
    made.headers = headers
    return made
