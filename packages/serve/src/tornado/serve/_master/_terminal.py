"""The terminal that the command was started from."""

from __future__ import annotations

import os
import signal


class Terminal:
    """The controlling terminal, whose end sends the signal that otherwise asks for a reload.

    A program that was started by ``nohup`` is to outlive its terminal.
    """

    def __init__(self) -> None:
        self._is_followed = signal.getsignal(signal.SIGHUP) != signal.SIG_IGN and _has_terminal()

    def is_gone(self) -> bool:
        """Return whether the server had a terminal to end with, and that was closed."""
        return self._is_followed and not _has_terminal()


def _has_terminal() -> bool:
    try:
        os.close(os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY))
    except OSError:
        return False
    return True
