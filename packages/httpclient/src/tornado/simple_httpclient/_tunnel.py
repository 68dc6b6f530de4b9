"""A tunnel through an HTTP proxy (RFC 9110 section 9.3.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tornado.http1connection import HTTP1ConnectionParameters, ResponseHead, ResponseParser
from tornado.httpclient._errors import HTTPProtocolError
from tornado.iostream import StreamClosedError, UnsatisfiableReadError

if TYPE_CHECKING:
    from tornado.httpclient._target import Target
    from tornado.iostream import IOStream

_MAX_HEAD = 65536


async def tunnel(stream: IOStream, target: Target, fields: str) -> None:
    """Ask a proxy to connect to the target; from then on the stream is the target's.

    The proxy's certificate and word count for nothing: TLS with the target begins behind this.

    :param fields: field lines for the proxy, such as its credentials.
    :raises HTTPProtocolError: the proxy refuses.
    """
    host = f"[{target.host}]" if ":" in target.host else target.host
    place = f"{host}:{target.port}"
    request = f"CONNECT {place} HTTP/1.1\r\nHost: {place}\r\n{fields}\r\n"
    await stream.write(request.encode("latin-1"))
    try:
        data = await stream.read_until(b"\r\n\r\n", max_bytes=_MAX_HEAD)
    except (StreamClosedError, UnsatisfiableReadError) as error:
        raise HTTPProtocolError("the proxy closed the connection in place of a tunnel") from error
    head = ResponseParser(HTTP1ConnectionParameters(), "CONNECT").receive(data)
    if not isinstance(head, ResponseHead):
        raise HTTPProtocolError("the proxy's answer to CONNECT is no response")
    code = head.start_line.code
    if not 200 <= code < 300:
        raise HTTPProtocolError(
            f"the proxy refused a tunnel to {place}: {code} {head.start_line.reason}"
        )
