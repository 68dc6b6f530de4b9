"""The bytes that wait to be sent: a queue of buffers and of slices of files."""

from __future__ import annotations

import os
from contextlib import suppress
from itertools import islice
from typing import IO, TYPE_CHECKING, Any, TypeAlias, cast

if TYPE_CHECKING:
    from collections import deque

Buffer: TypeAlias = "bytes | bytearray | memoryview"

#: Writes below this size, in bytes, are joined in the queue.
SMALL = 2048
#: How many bytes a joined buffer may reach, and how many are read from a file at once.
JOINED = 65536
#: Buffers per system call; the least that POSIX lets a system have is 16, Linux and macOS have 1024.
VECTOR = 64
#: Bytes of a file per system call: a disk may be slow, and a socket's buffer large.
_MOST = 1 << 20


class FileSlice:
    """Bytes of an open file, from an offset on. The position of the file does not change."""

    __slots__ = ("count", "fd", "file", "offset")

    def __init__(self, file: IO[bytes], offset: int, count: int) -> None:
        self.file = file  # kept alive, and with it the descriptor
        self.fd = file.fileno()
        self.offset = offset
        self.count = count
        if hasattr(os, "posix_fadvise"):
            # The kernel starts to read ahead, so that sending does not wait for the disk.
            with suppress(OSError):  # some kinds of files take no advice
                os.posix_fadvise(self.fd, offset, count, os.POSIX_FADV_WILLNEED)

    def read(self, limit: int) -> bytes:
        """Take up to ``limit`` bytes from the front of the slice."""
        data = os.pread(self.fd, min(limit, self.count), self.offset)
        self.advance(len(data))
        return data

    def send(self, socket_fd: int) -> int:
        """Let the kernel copy bytes to a socket.

        :returns: how many bytes the socket took.
        :raises BlockingIOError: if it takes none now.
        """
        sent = os.sendfile(socket_fd, self.fd, self.offset, min(self.count, _MOST))
        self.advance(sent)
        return sent

    def advance(self, count: int) -> None:
        """Drop bytes from the front.

        :raises EOFError: if there are none to drop, because the file has become shorter.
        """
        if not count:
            raise EOFError(
                f"file ended at byte {self.offset}, {self.count} bytes before the end of the slice"
            )
        self.offset += count
        self.count -= count


def load_slice(queue: deque[Any]) -> None:
    """Read the next piece of the file slice at the head of the queue, and put it before the slice."""
    head: FileSlice = queue.popleft()
    data = head.read(JOINED)
    if head.count:
        queue.appendleft(head)
    queue.appendleft(data)


def drop_sent(queue: deque[Any], count: int) -> None:
    """Remove ``count`` bytes from the head of the queue."""
    while count:
        head = queue[0]
        size = len(head)
        if size <= count:
            queue.popleft()
            count -= size
        else:
            queue[0] = memoryview(head)[count:]
            return


def leading_buffers(queue: deque[Any]) -> list[Any]:
    """Return the buffers at the head of the queue that one system call may take."""
    buffers = []
    for item in islice(queue, VECTOR):
        if type(item) is FileSlice:
            break
        buffers.append(item)
    return buffers


def as_bytes(data: object) -> bytes | memoryview:
    """Return an object whose ``len`` is its number of bytes, and to which nobody appends."""
    if type(data) is bytes:
        return data
    if isinstance(data, str):
        raise TypeError(f"a stream carries bytes, not str: encode it first: {data[:40]!r}")
    view = memoryview(cast("Buffer", data))
    if not view.c_contiguous:
        return bytes(view)
    return view if view.format == "B" and view.ndim == 1 else view.cast("B")
