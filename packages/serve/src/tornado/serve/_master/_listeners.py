"""The sockets on which workers accept; the master opens them once."""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from typing import TYPE_CHECKING

from tornado.netutil import bind_sockets, bind_unix_socket

from .._errors import ServeError
from .._worker._assignment import Sockets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .._command._settings import AddressSettings


#: The first descriptor that a service manager passes on (``sd_listen_fds(3)``).
_FIRST_PASSED = 3
_PASSED_VARIABLES = ("LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES")
#: The descriptor of the standard error stream.
_LAST_STANDARD = 2


class Listeners:
    """The listening sockets of a server.

    :raises ServeError: one of them cannot be opened; the message says why.
    """

    def __init__(self, settings: AddressSettings) -> None:
        self.sockets = Sockets([], [])
        #: The Unix sockets' paths, and the files that are there, by device and number.
        self._files: dict[str, tuple[int, int]] = {}
        try:
            for sock in self._open(settings):
                self.sockets.application.append(sock)
            for port in settings.probe_port:
                for host in settings.host:
                    self.sockets.probes.extend(_open_port(host, port, settings.backlog))
        except BaseException:
            self.close()
            raise

    def _open(self, settings: AddressSettings) -> Iterator[socket.socket]:
        passed = _passed_sockets(settings)
        yield from passed
        for number in dict.fromkeys(settings.fd):
            yield _adopt(number)
        for path in settings.unix:
            yield self._open_unix(path, settings)
        if settings.has_port or not (passed or settings.fd or settings.unix):
            for port in settings.port:
                for host in settings.host:
                    yield from _open_port(host, port, settings.backlog)

    def _open_unix(self, path: str, settings: AddressSettings) -> socket.socket:
        if _is_served(path):
            raise ServeError(
                f"cannot listen on the Unix socket {path!r}: another program does: stop it, or"
                " choose another path"
            )
        try:
            sock = bind_unix_socket(path, settings.unix_mode, settings.backlog)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            raise ServeError(f"cannot listen on the Unix socket {path!r}: {reason}") from error
        status = os.lstat(path)
        self._files[path] = (status.st_dev, status.st_ino)
        return sock

    def addresses(self, scheme: str) -> list[str]:
        """Return where the application can be reached, as URLs."""
        return [_url(sock, scheme) for sock in self.sockets.application]

    def probe_addresses(self) -> list[str]:
        """Return where probes can reach the workers, as URLs."""
        return [_url(sock, "http") for sock in self.sockets.probes]

    def close_sockets(self) -> None:
        """Close the sockets of this process; workers have theirs."""
        for sock in self.sockets.application + self.sockets.probes:
            sock.close()

    def close(self) -> None:
        """Close the sockets, and remove the Unix sockets' files that are still ours."""
        self.close_sockets()
        for path, file in self._files.items():
            with suppress(OSError):
                status = os.lstat(path)
                if (status.st_dev, status.st_ino) == file:  # otherwise another server's by now
                    os.unlink(path)


def _open_port(host: str, port: int, backlog: int) -> list[socket.socket]:
    try:
        return bind_sockets(port, host, backlog=backlog)
    except OSError as error:
        raise ServeError(error.strerror or str(error)) from error


def _passed_sockets(settings: AddressSettings) -> list[socket.socket]:
    """Return the sockets that a service manager has passed on, unless the user names addresses."""
    if not os.environ.get("LISTEN_FDS") or settings.has_port or settings.unix or settings.fd:
        return []
    from tornado.httpserver import inherited_sockets

    try:
        sockets = inherited_sockets()
    except ValueError as error:
        raise ServeError(str(error)) from error
    for number in range(len(sockets)):
        _close_original(_FIRST_PASSED + number)
    if sockets:
        for name in _PASSED_VARIABLES:  # what they describe is gone
            os.environ.pop(name, None)
    return sockets


def _adopt(number: int) -> socket.socket:
    try:
        sock = socket.socket(fileno=os.dup(number))
        if not sock.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
            sock.close()
            raise ServeError(f"--fd {number}: this socket does not listen")
    except OSError as error:
        raise ServeError(f"--fd {number}: {error.strerror}: pass a listening socket") from error
    _close_original(number)
    sock.setblocking(False)
    return sock


def _close_original(number: int) -> None:
    """Close a descriptor of which there is a duplicate.

    Otherwise it would keep the socket open after all workers have closed theirs, and programs that the
    application starts would inherit it.
    """
    if number > _LAST_STANDARD:
        os.close(number)
        return
    with open(os.devnull, "r+b") as null:
        os.dup2(null.fileno(), number)


def _is_served(path: str) -> bool:
    """Return whether a program listens on a Unix socket."""
    if path.startswith("\0"):
        return False  # binding it fails then
    with socket.socket(socket.AF_UNIX) as sock:
        sock.setblocking(False)
        try:
            sock.connect(path)
        except BlockingIOError:  # its queue is full
            return True
        except (OSError, ValueError):
            return False
        return True


def _url(sock: socket.socket, scheme: str) -> str:
    name = sock.getsockname()
    if sock.family == socket.AF_UNIX:
        path = name if isinstance(name, str) else name.decode(errors="replace")
        return f"{scheme}+unix:{path}"
    host, port = name[:2]
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"
