"""A tunnel through an HTTP proxy (RFC 9110 section 9.3.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tornado.http1connection import HTTP1ConnectionParameters, ResponseHead, ResponseParser
from tornado.httpclient._errors import HTTPProtocolError
from tornado.iostream import StreamClosedError, UnsatisfiableReadError

if TYPE_CHECKING:
    from tornado.httpclient._request._target import Target
    from tornado.iostream import IOStream

_MAX_HEAD = 65536


async def tunnel(stream: IOStream, target: Target, fields: str) -> None:
    """Ask a proxy to connect to the target; after that the stream leads to the target.

    TLS with the target begins after this, so the proxy need not be trusted.

    :param fields: field lines for the proxy, such as its credentials.
    :raises HTTPProtocolError: the proxy refuses.
    """
    host = f"[{target.host}]" if ":" in target.host else target.host
    authority = f"{host}:{target.port}"
    request = f"CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n{fields}\r\n"
    await stream.write(request.encode("latin-1"))
    try:
        data = await stream.read_until(b"\r\n\r\n", max_bytes=_MAX_HEAD)
    except (StreamClosedError, UnsatisfiableReadError) as error:
        raise HTTPProtocolError(
            "the proxy closed the connection instead of opening a tunnel"
        ) from error
    head = ResponseParser(HTTP1ConnectionParameters(), "CONNECT").receive(data)
    if not isinstance(head, ResponseHead):
        raise HTTPProtocolError("the proxy's answer to CONNECT is not a response")
    code = head.start_line.code
    if not 200 <= code < 300:
        raise HTTPProtocolError(
            f"the proxy refused a tunnel to {authority}: {code} {head.start_line.reason}"
        )
