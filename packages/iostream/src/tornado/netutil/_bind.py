"""Listening sockets."""

from __future__ import annotations

import errno
import os
import socket
import sys
from typing import Any

from tornado.util import print_uncaught

_DEFAULT_BACKLOG = 128
#: How many free ports are tried: one may be in use in the other address family.
_ATTEMPTS = 8


def bind_sockets(
    port: int | str | None,
    address: str | None = None,
    family: socket.AddressFamily = socket.AF_UNSPEC,
    backlog: int = _DEFAULT_BACKLOG,
    flags: int | None = None,
    reuse_port: bool = False,
) -> list[socket.socket]:
    """Open listening sockets on every address that ``address`` stands for.

    :param port: the port, as a number or as a string of digits, as in environment variables; 0 or
        None takes a free one, the same for all addresses.
    :param address: a numeric address or a host name with several; None or ``""``: all interfaces.
    :param family: ``AF_INET`` or ``AF_INET6`` to keep to one; by default both.
    :param backlog: how many connections the system holds until they are accepted.
    :param flags: flags for ``getaddrinfo``; default ``AI_PASSIVE``.
    :param reuse_port: let several processes listen on the port, each with its own queue.
    :raises OSError: if an address cannot be bound, or does not exist; the message names it.
    :raises ValueError: if the port is not valid, or the platform has no ``SO_REUSEPORT``.
    """
    port = _port_number(port)
    if reuse_port and not hasattr(socket, "SO_REUSEPORT"):
        raise ValueError("this platform has no SO_REUSEPORT: leave reuse_port out")
    targets = _resolve(port, address or None, family, flags)
    attempts = _ATTEMPTS if port == 0 and len(targets) > 1 else 1
    while True:
        attempts -= 1
        try:
            return _bind_all(targets, port, address, backlog, reuse_port)
        except OSError as error:
            if error.errno != errno.EADDRINUSE or not attempts:
                raise


def _port_number(port: int | str | None) -> int:
    number: object = 0 if port is None else port
    if isinstance(port, str) and port.isascii() and port.isdigit():
        number = int(port)
    if type(number) is not int or not 0 <= number <= 65535:
        message = f"{port!r} is not a port: choose a number from 0 to 65535"
        wrong = ValueError(message)
        print_uncaught(wrong, message)
        raise wrong
    return number


def _resolve(
    port: int, address: str | None, family: socket.AddressFamily, flags: int | None
) -> list[tuple[socket.AddressFamily, Any]]:
    """Return the families and socket addresses to bind, each once."""
    if address is None and family == socket.AF_UNSPEC and not socket.has_ipv6:
        family = socket.AF_INET
    if flags is None:
        flags = socket.AI_PASSIVE
    try:
        found = socket.getaddrinfo(address, port, family, socket.SOCK_STREAM, 0, flags)
    except socket.gaierror as error:
        message = f"cannot listen on {address!r}: {error.strerror}: use an address of this machine"
        explained = socket.gaierror(error.errno, message)
        print_uncaught(explained, message)
        raise explained from error
    targets = {
        (item[0], item[4]): None for item in found if not _is_link_local_alias(address, item[4])
    }
    # IPv4 first: with port 0 it is the family in which a free port is drawn.
    return sorted(targets, key=lambda item: item[0] != socket.AF_INET)


def _is_link_local_alias(address: str | None, target: Any) -> bool:
    """Recognise the third address of ``localhost`` on macOS, ``fe80::1%lo0``."""
    return (
        sys.platform == "darwin" and address == "localhost" and len(target) == 4 and target[3] != 0
    )


def _bind_all(
    targets: list[tuple[socket.AddressFamily, Any]],
    port: int,
    address: str | None,
    backlog: int,
    reuse_port: bool,
) -> list[socket.socket]:
    sockets: list[socket.socket] = []
    try:
        for family, found in targets:
            target = (found[0], port, *found[2:])
            try:
                sock = _listen(family, target, backlog, reuse_port)
            except OSError as error:
                if (
                    family == socket.AF_INET6
                    and _has_no_ipv6(error)
                    and (sockets or len(targets) > 1)
                ):
                    continue
                raise _explain(error, address, target) from error
            sockets.append(sock)
            port = sock.getsockname()[1]
    except BaseException:
        for sock in sockets:
            sock.close()
        raise
    return sockets


def _listen(
    family: socket.AddressFamily, target: Any, backlog: int, reuse_port: bool
) -> socket.socket:
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        if os.name != "nt":
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if reuse_port:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        if family == socket.AF_INET6:
            # Otherwise Linux lets the IPv6 socket take the IPv4 port too, and the other bind fails.
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        sock.bind(target)
        sock.listen(backlog)
    except BaseException:
        sock.close()
        raise
    return sock


def _has_no_ipv6(error: OSError) -> bool:
    """Return true for the error of a machine on which IPv6 is switched off."""
    return error.errno in {errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL}


def _explain(error: OSError, address: str | None, target: Any) -> OSError:
    """Return an error that names the address and says what to do."""
    host, port = target[0], target[1]
    where = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    if address and address != host:
        where += f" ({address})"
    advice = ""
    if error.errno == errno.EADDRINUSE:
        advice = (
            f": port {port} is in use: stop the program that listens there, or choose another port,"
            " for example with port 0, which takes a free one"
        )
    elif error.errno == errno.EACCES:
        advice = f": port {port} needs more rights: choose one above 1023, or start with the rights"
    elif error.errno == errno.EADDRNOTAVAIL:
        advice = ": this machine has no such address: use one of its own, or leave the address out"
    message = f"cannot listen on {where}: {os.strerror(error.errno or 0)}{advice}"
    explained = OSError(error.errno, message)
    print_uncaught(explained, message)
    return explained
