"""From a plain stream to a TLS stream on the same connection."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tornado.netutil._tls import default_context, ssl_wrap_socket

from ._ssl import SSLIOStream

if TYPE_CHECKING:
    import asyncio
    import ssl

    from ._socket import IOStream


def upgrade(
    stream: IOStream,
    server_side: bool,
    ssl_options: dict[str, Any] | ssl.SSLContext | None,
    server_hostname: str | None,
) -> asyncio.Future[SSLIOStream]:
    """Move the socket of an idle stream to a TLS stream; see `.IOStream.start_tls`."""
    options = default_context(server_side) if ssl_options is None else ssl_options
    close_callback, owner = stream._close_callback, stream._owner
    stream._owner = None
    socket = stream._release_socket()
    lender, stream._lender = stream._lender, None
    try:
        wrapped = ssl_wrap_socket(
            socket,
            options,
            server_hostname=server_hostname,
            server_side=server_side,
            do_handshake_on_connect=False,
        )
    except BaseException:
        socket.close()
        if owner is not None:
            owner.stream_closed(stream)
        raise
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
