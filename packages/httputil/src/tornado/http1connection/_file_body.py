"""A piece of a body that comes out of a file."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

from ._encoding import too_much_data

if TYPE_CHECKING:
    import asyncio

    from ._connection import HTTP1Connection


def send_file(
    connection: HTTP1Connection, file: IO[bytes], offset: int, count: int
) -> asyncio.Future[None]:
    """Send a slice of a file, framed as the head of the message has announced it.

    :raises HTTPOutputError: the body becomes longer than its Content-Length says.
    """
    stream = connection.stream
    if connection._chunked:
        if count:
            stream.write_nowait(b"%x\r\n" % count)
            stream.sendfile_nowait(file, offset, count)
        return stream.write(b"\r\n" if count else b"")
    left = connection._left
    if connection._method == "HEAD" and not connection.is_client:
        return stream.write(b"")
    if left is not None:
        if count > left:
            stream.close()
            raise too_much_data(count - left)
        connection._left = left - count
    return stream.sendfile(file, offset, count)
