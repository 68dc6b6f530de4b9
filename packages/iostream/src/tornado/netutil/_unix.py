"""Listening Unix sockets."""

from __future__ import annotations

import os
import socket
import stat
from contextlib import suppress


def bind_unix_socket(file: str, mode: int = 0o600, backlog: int = 128) -> socket.socket:
    """Open a listening Unix socket.

    A socket that is at that path already is replaced, whether it is left over or in use: a new
    server takes the place of an old one, which keeps the connections it has. Anything else at that
    path stays and is an error.

    :param file: the path; on Linux, a first character NUL makes a name outside the file system,
        which has no mode.
    :param mode: who may connect, as the bits of ``chmod``; by default only the user.
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
