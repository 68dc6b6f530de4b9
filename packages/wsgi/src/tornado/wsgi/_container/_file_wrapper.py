"""Files as bodies: ``wsgi.file_wrapper`` (PEP 3333, "Optional Platform-Specific File Handling")."""

from __future__ import annotations

import io
import os
import stat
from typing import Any, NamedTuple
from wsgiref.util import FileWrapper as _Blocks

#: How files read that give their bytes as the operating system has them.
_PLAIN_READS = (io.FileIO.read, io.BufferedReader.read, io.BufferedRandom.read)


class FileSlice(NamedTuple):
    """The part of an open regular file that is to be sent."""

    file: Any
    offset: int
    size: int


class FileWrapper(_Blocks):
    """What applications wrap a file in, to have it sent by the operating system.

    It is ``environ["wsgi.file_wrapper"]``. Returned as it is, and with a regular file in it that
    was opened in a binary mode, it is sent from where the file stands by ``sendfile``, without passing
    through Python. Any other object with a method ``read`` is read in blocks: what ``gzip.open``
    returns has a descriptor too, of other bytes than it reads. In a program of its own, for example in a middleware
    that reads the body, it is an iterator of these blocks.

    :param filelike: an object with a method ``read``; its ``close`` is called at the end, if it has
        one.
    :param blksize: how many bytes are read at a time.
    """

    def slice(self) -> FileSlice | None:
        """Return what the operating system can send; None if the file has to be read."""
        file = self.filelike
        if type(file).__module__ == "tempfile":
            file = getattr(file, "file", file)  # of a NamedTemporaryFile
        if not _is_plain(file):
            return None
        try:
            descriptor = file.fileno()
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                return None
            offset = file.tell()
        except (OSError, ValueError):
            return None  # closed: reading it says so
        return FileSlice(file, offset, max(0, status.st_size - offset))


def _is_plain(file: Any) -> bool:
    """Tell whether reading a file gives the bytes that its descriptor has."""
    if getattr(type(file), "read", None) not in _PLAIN_READS:
        return False
    raw = getattr(file, "raw", file)
    return getattr(type(raw), "read", None) is io.FileIO.read
