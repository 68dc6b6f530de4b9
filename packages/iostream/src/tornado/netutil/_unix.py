"""Listening Unix sockets."""

from __future__ import annotations

import os
import socket
import stat
from contextlib import suppress


def bind_unix_socket(file: str, mode: int = 0o600, backlog: int = 128) -> socket.socket:
    """Open a listening Unix socket.

    A socket that exists at that path is replaced, whether it is left over or in use: a new server
    replaces an old one, which keeps its connections. Anything else at that path is an error.

    :param file: the path; on Linux, a name that begins with NUL is outside the file system and has no
        mode.
    :param mode: which users may connect, as the bits of ``chmod``; by default only the owner.
    :param backlog: how many connections the system holds until they are accepted.
    :raises ValueError: if there is a file of another kind, or the platform has no Unix sockets.
    """
    if not hasattr(socket, "AF_UNIX"):
        raise ValueError("this platform has no Unix sockets")
    is_abstract = file.startswith("\0")
    if not is_abstract:
        _remove_socket(file)
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        sock.bind(file)
        if not is_abstract:
            # Before listen: nobody can connect while the mode is still the default one.
            os.chmod(file, mode)
        sock.listen(backlog)
    except BaseException:
        sock.close()
        raise
    return sock


def _remove_socket(path: str) -> None:
    with suppress(FileNotFoundError):
        if not stat.S_ISSOCK(os.lstat(path).st_mode):
            raise ValueError(f"File {path} exists and is not a socket")
        os.unlink(path)
