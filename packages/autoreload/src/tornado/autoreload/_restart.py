"""Restarting: how a process replaces itself."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, NoReturn

from ._children import end_children
from ._files import start_directory

if TYPE_CHECKING:
    from collections.abc import Callable

gen_log = logging.getLogger("tornado.general")

_hooks: list[Callable[[], object]] = []


def add_reload_hook(fn: Callable[[], object]) -> None:
    """Call a function before the process restarts, for example to save something.

    Files and sockets need not be closed: the new process does not inherit them. The functions are
    called in the order in which they were added. An exception is logged, and the next function is
    called.
    """
    _hooks.append(fn)


def restart() -> NoReturn:
    """Restart this program, with the same command line in the same directory."""
    for hook in _hooks:
        try:
            hook()
        except Exception:  # noqa: BLE001 - logged; the program starts again nevertheless
            gen_log.exception("uncaught exception in a reload hook")
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, 0, 0)  # a timer would outlive its handler
    end_children()
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
    os.chdir(start_directory)
    # This has the interpreter's own options, -m and -c too.
    command = [sys.executable, *sys.orig_argv[1:]]
    if os.name != "nt":
        os.execv(sys.executable, command)  # noqa: S606 - the command that started this process
    subprocess.Popen(command)  # noqa: S603 - the same; execv on Windows would confuse the console
    os._exit(0)


#: The undocumented name that programs use.
_reload = restart
