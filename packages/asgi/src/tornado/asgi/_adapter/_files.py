"""Files as bodies: by the server if it offers that, else in chunks."""

from __future__ import annotations

import os
import sys
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._connection import ASGIConnection

_CHUNK = 1 << 16


def offered_path(
    file: IO[bytes], offset: int, count: int, extensions: dict[str, Any]
) -> str | None:
    """Return the path of an open file if the server can send the whole of it by its path.

    The path is the one of the file that is open, with every link followed. A file that was replaced
    since it was opened is not taken: its checks were made for the other one.
    """
    if offset or "http.response.pathsend" not in extensions or not sys.platform.startswith("linux"):
        return None
    descriptor = file.fileno()
    opened = os.fstat(descriptor)
    if count != opened.st_size:
        return None
    try:
        path = os.readlink(f"/proc/self/fd/{descriptor}")
        found = os.lstat(path)
    except OSError:
        return None
    return path if os.path.samestat(opened, found) else None


async def send_in_chunks(
    connection: ASGIConnection, file: IO[bytes], offset: int, count: int
) -> None:
    """Send a slice of a file in chunks, at the client's speed."""
    descriptor, end = file.fileno(), offset + count
    while offset < end:
        chunk = os.pread(descriptor, min(_CHUNK, end - offset), offset)
        if not chunk:
            connection.close()  # the file became shorter, and nothing else can end this response
            return
        offset += len(chunk)
        await connection.write(chunk)
