"""The extensions ``http.response.pathsend`` and ``http.response.zerocopysend``.

The kernel copies the bytes of a file into the connection where it can, without a step of Python.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from typing import IO, TYPE_CHECKING, Any

from ._errors import MessageError
from ._state import BODY, HELD

if TYPE_CHECKING:
    from ._response import Response
    from ._types import Message


async def send_path(response: Response, message: Message) -> None:
    """Send a whole file as the body of a response."""
    if response.stage is not HELD:
        response.refuse(message["type"])
        return
    path = message["path"]
    if not os.path.isabs(path):
        raise ValueError(f"the path of a file is absolute, not {path!r:.80}")
    # Opening a pipe would wait for its other end, and a device has no size.
    with _wrap(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))) as file:
        size = _size(file, path)
        await _send(response, file, 0, size, size)
    response.end_piece(more_body=False)


async def send_zero_copy(response: Response, message: Message) -> None:
    """Send a part of a file as a piece of the body. The application closes the file."""
    if response.stage is not HELD and response.stage is not BODY:
        response.refuse(message["type"])
        return
    descriptor = _descriptor(message["file"])
    offset, count = message.get("offset"), message.get("count")
    for name, value in (("offset", offset), ("count", count)):
        if value is not None and (not isinstance(value, int) or value < 0):
            raise ValueError(f"the {name} of a part of a file is 0 or more, not {value!r:.40}")
    moves = offset is None
    if offset is None:
        offset = os.lseek(descriptor, 0, os.SEEK_CUR)
    # A descriptor of our own, which is there until the last byte is sent.
    with _wrap(os.dup(descriptor)) as file:
        rest = max(0, _size(file, descriptor) - offset)
        count = rest if count is None else count
        if count > rest:
            raise MessageError(f"{count} bytes are to be sent of a file that has {rest} more")
        is_whole = response.stage is HELD and not message.get("more_body")
        await _send(response, file, offset, count, count if is_whole else None)
        if moves:
            os.lseek(descriptor, offset + count, os.SEEK_SET)
    response.end_piece(message.get("more_body"))


async def _send(
    response: Response, file: IO[bytes], offset: int, count: int, length: int | None
) -> None:
    """Send a part of a file, and the head before it.

    :param length: of the whole body, where that is known.
    """
    if response.stage is HELD:
        response.send_head(length=length, following=count)
    if response.method == "HEAD" or response.status in (204, 304):
        return
    response.count_piece(count)
    written: Any = response.connection.write_file(file, offset, count)
    try:
        await response.wait_for_client(written)
    finally:
        if not written.done():  # cancelled: what is promised of an open file cannot be kept
            with suppress(OSError):
                response.connection.close()
        del written  # see wait_for_client


def _wrap(descriptor: int) -> IO[bytes]:
    return open(descriptor, "rb", buffering=0)


def _descriptor(file: Any) -> int:
    return file if isinstance(file, int) else int(file.fileno())


def _size(file: IO[bytes], name: object) -> int:
    """Return the size of a regular file.

    :raises ValueError: it is something else.
    """
    status = os.fstat(file.fileno())
    if not stat.S_ISREG(status.st_mode):
        raise ValueError(f"only regular files can be sent, not {name!r:.80}")
    return status.st_size
