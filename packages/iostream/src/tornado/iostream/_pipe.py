"""Streams over pipes."""

from __future__ import annotations

import errno
import os
from typing import Any, TypeVar

from ._base import BaseIOStream, fast_path

T = TypeVar("T")


class PipeIOStream(BaseIOStream):
    """A stream over one end of a pipe, or another descriptor that ``read`` and ``write`` take.

    A pipe has one direction, so only reads or only writes make sense. Not on Windows.

    :param fd: the descriptor. It is made non-blocking and belongs to the stream from now on.
    :param args: the arguments of `BaseIOStream`.
    """

    def __init__(self, fd: int, *args: Any, **kwargs: Any) -> None:
        self.fd = fd
        os.set_blocking(fd, False)
        super().__init__(*args, **kwargs)

    def fileno(self) -> int:
        """Return the descriptor."""
        return self.fd

    def close_fd(self) -> None:
        """Close the descriptor."""
        os.close(self.fd)

    def read_from_fd(self, buf: bytearray | memoryview) -> int | None:
        """Read into ``buf``."""
        try:
            return os.readv(self.fd, [buf])
        except BlockingIOError:
            return None
        except OSError as error:
            return _end_of_input(error, 0)

    def write_to_fd(self, data: memoryview) -> int:
        """Write what the pipe takes."""
        return os.write(self.fd, data)

    @fast_path
    def _receive(self) -> bytes | None:
        try:
            return os.read(self.fd, self.read_chunk_size)
        except (BlockingIOError, InterruptedError):
            return None
        except OSError as error:
            try:
                return _end_of_input(error, b"")
            except OSError:
                self._read_failed(error)
                return None


def _end_of_input(error: OSError, nothing: T) -> T:
    """Return the given result if the error is how a terminal reports the end of input.

    :raises OSError: if it is any other error.
    """
    if error.errno != errno.EIO:
        raise error
    return nothing
