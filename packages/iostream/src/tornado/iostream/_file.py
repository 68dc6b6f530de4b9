"""A part of a file that waits to be sent."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import IO

#: Bytes per system call: a disk may be slow, and a socket's buffer large.
_MOST = 1 << 20


class FileSlice:
    """Bytes of an open file, from an offset on. The file stays its owner's: nobody seeks in it."""

    __slots__ = ("count", "fd", "file", "offset")

    def __init__(self, file: IO[bytes], offset: int, count: int) -> None:
        self.file = file  # kept alive, and with it the descriptor
        self.fd = file.fileno()
        self.offset = offset
        self.count = count
        if hasattr(os, "posix_fadvise"):
            # The kernel starts to read ahead, so that sending does not wait for the disk.
            with suppress(OSError):  # it is only advice, and some files take none
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
