"""Files as bodies: ``wsgi.file_wrapper`` (PEP 3333, "Optional Platform-Specific File Handling")."""

from __future__ import annotations

import os
import stat
from typing import Any, NamedTuple
from wsgiref.util import FileWrapper as _Blocks


class FileSlice(NamedTuple):
    """The part of an open regular file that is to be sent."""

    file: Any
    offset: int
    size: int


class FileWrapper(_Blocks):
    """What applications wrap a file in, to have it sent by the operating system.

    It is ``environ["wsgi.file_wrapper"]``. Returned as it is, and with a regular file in it, it is
    sent from where the file stands by ``sendfile``, without passing through Python. Any other object
    with a method ``read`` is read in blocks. In a program of its own, for example in a middleware
    that reads the body, it is an iterator of these blocks.

    :param filelike: an object with a method ``read``; its ``close`` is called at the end, if it has
        one.
    :param blksize: how many bytes are read at a time.
    """

    def slice(self) -> FileSlice | None:
        """Return what the operating system can send; None if the file has to be read."""
        try:
            descriptor = self.filelike.fileno()
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                return None
            offset = self.filelike.tell()
        except (AttributeError, OSError, ValueError):
            return None  # not a file of the operating system, or closed: reading it says so
        return FileSlice(self.filelike, offset, max(0, status.st_size - offset))
