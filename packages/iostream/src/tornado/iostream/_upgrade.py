"""From a plain stream to a TLS stream on the same connection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tornado.ioloop import acting_on, ioloop_of
from tornado.netutil._tls import default_context, ssl_options_to_context, wrap_accepted

from ._errors import StreamClosedError
from ._ssl import SSLIOStream

if TYPE_CHECKING:
    import asyncio
    import socket as sockets
    import ssl

    from ._socket import IOStream


def upgrade(
    stream: IOStream,
    server_side: bool,
    ssl_options: dict[str, Any] | ssl.SSLContext | None,
    server_hostname: str | None,
) -> asyncio.Future[SSLIOStream]:
    """Move the socket of an idle stream to a TLS stream; see `.IOStream.start_tls`."""
    if ssl_options is None:
        context = default_context(server_side)
    else:
        context = ssl_options_to_context(ssl_options, server_side)
    close_callback, owner = stream._close_callback, stream._owner
    stream._owner = None
    socket = _release_socket(stream)
    lender, stream._lender = stream._lender, None
    try:
        if server_side:
            wrapped = wrap_accepted(socket, context)
        else:
            wrapped = context.wrap_socket(
                socket, server_hostname=server_hostname, do_handshake_on_connect=False
            )
    except BaseException as error:
        socket.close()
        if owner is not None:
            owner.stream_closed(stream)
        if isinstance(error, OSError):  # the peer has reset the connection
            raise StreamClosedError(error) from error
        raise
    loop = stream._loop
    with acting_on(None if loop is None else ioloop_of(loop)):
        secure = (stream._tls_type or SSLIOStream)(
            wrapped,
            max_buffer_size=stream.max_buffer_size,
            read_chunk_size=stream.read_chunk_size,
            max_write_buffer_size=stream.max_write_buffer_size,
        )
    secure._close_callback = close_callback
    secure._lender = lender
    if owner is not None:
        secure._owner = owner
        owner.stream_replaced(stream, secure)
    future = secure.wait_for_handshake()
    future.add_done_callback(lambda done: secure.close() if done.cancelled() else None)
    return future


def _release_socket(stream: IOStream) -> sockets.socket:
    """Take the socket out of the stream, which ends the stream but not the connection."""
    is_taken = stream._protocol is not None and not stream._borrow_input()
    if stream.reading() or stream.writing() or stream._connect_future or is_taken:
        raise ValueError(
            "IOStream is not idle; cannot convert to SSL: finish its reads and writes before TLS begins"
        )
    if stream._buffer is not None and stream._buffer.size:
        raise ValueError(
            f"{stream._buffer.size} bytes came before TLS began: read them first, if they are due"
        )
    stream._ignore_input()
    stream._ignore_output()
    stream._close_callback = None
    stream._closed = True
    socket = stream.socket
    stream.socket = None  # type: ignore[assignment]  # documented: no socket once closed
    return socket
