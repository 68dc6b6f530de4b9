"""Signals as events of the master's loop."""

from __future__ import annotations

import signal
import socket
from contextlib import suppress
from typing import Any

#: What the master handles.
_HANDLED = (
    signal.SIGTERM,
    signal.SIGINT,
    signal.SIGQUIT,
    signal.SIGHUP,
    signal.SIGCHLD,
)


class Signals:
    """The signals that have arrived, readable like a socket."""

    def __init__(self) -> None:
        self._reader, self._writer = socket.socketpair()
        self._reader.setblocking(False)
        self._writer.setblocking(False)
        self._wakeup = signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)
        self._before: dict[int, Any] = {number: signal.signal(number, _note) for number in _HANDLED}

    def fileno(self) -> int:
        """Return the descriptor, for selectors."""
        return self._reader.fileno()

    def read(self) -> list[int]:
        """Return the numbers of the signals that have arrived."""
        with suppress(BlockingIOError):
            return list(self._reader.recv(4096))
        return []

    @staticmethod
    def block() -> set[signal.Signals]:
        """Hold signals back, so that none arrives between a fork and the handlers of the child.

        :returns: what to pass to :meth:`unblock`.
        """
        blocked: set[Any] = signal.pthread_sigmask(signal.SIG_BLOCK, _HANDLED)
        return blocked

    @staticmethod
    def unblock(before: set[signal.Signals]) -> None:
        """Let signals arrive again."""
        signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def close(self, *, is_child: bool = False) -> None:
        """Handle signals as before; in a child, ignore those that a terminal sends to all."""
        signal.set_wakeup_fd(self._wakeup)
        for number, handler in self._before.items():
            signal.signal(number, handler)
        if is_child:
            signal.signal(signal.SIGINT, _note)
            signal.signal(signal.SIGHUP, _note)
        self._reader.close()
        self._writer.close()


def _note(number: int, frame: object) -> None:
    """Do nothing: Python writes the number to the socket, and the handler is not inherited by exec."""
