"""Listening sockets that the process was started with."""

from __future__ import annotations

import os
import socket
from contextlib import suppress

#: The first descriptor that a service manager hands over (sd_listen_fds(3)).
_FIRST = 3

_VARIABLES = ("LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES")


def inherited_sockets(name: str | None = None) -> list[socket.socket]:
    """Return the listening sockets that systemd, or a program with the same protocol, passed on.

    The service manager opens the ports and keeps them open while the server restarts, so that no
    client is turned away; see ``systemd.socket(5)`` and ``sd_listen_fds(3)``. Pass the result to
    ``add_sockets``. The environment variables are kept, so a second call returns the same sockets
    again, on other descriptors; child processes do not inherit the sockets.

    :param name: only the sockets of this ``FileDescriptorName``.
    :returns: the sockets, in the order of their units; empty if there are none for this process.
    :raises ValueError: the variables are set and make no sense.

    .. versionadded:: 1.0
    """
    count, pid, names = (os.environ.get(each, "") for each in _VARIABLES)
    if not count or (pid and pid != str(os.getpid())):
        return []
    if not (count.isascii() and count.isdigit()):
        raise ValueError(f"LISTEN_FDS is not a number of descriptors: {count!r}")
    named = names.split(":") if names else []
    sockets: list[socket.socket] = []
    for number in range(int(count)):
        if name is None or named[number : number + 1] == [name]:
            sockets.append(_duplicate(_FIRST + number, sockets))
    return sockets


def _duplicate(descriptor: int, opened: list[socket.socket]) -> socket.socket:
    try:
        sock = socket.socket(fileno=os.dup(descriptor))
        if not sock.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
            sock.close()
            raise ValueError(f"descriptor {descriptor} does not listen: set Accept=no in its unit")
    except OSError as error:
        for each in opened:
            each.close()
        raise ValueError(f"LISTEN_FDS counts descriptor {descriptor}, but: {error}") from error
    with suppress(OSError):
        os.set_inheritable(descriptor, False)
    sock.setblocking(False)
    return sock
