"""Sockets on unused ports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tornado.netutil import bind_sockets

if TYPE_CHECKING:
    import socket


def bind_unused_port(
    reuse_port: bool = False, address: str = "127.0.0.1"
) -> tuple[socket.socket, int]:
    """Return a listening socket on a port chosen by the system, and the port.

    :param reuse_port: whether other sockets may bind the same port.
    :param address: the address to listen on.
    """
    sock = bind_sockets(0, address, reuse_port=reuse_port)[0]
    return sock, sock.getsockname()[1]


def get_unused_port() -> int:
    """Return a port that was unused a moment ago (classic).

    Another program may take the port before it is used, so prefer :func:`bind_unused_port`.
    """
    sock, port = bind_unused_port()
    sock.close()
    return port
