"""Functions in forked processes, which end with everything that they have started."""

from __future__ import annotations

import os
import pickle
import select
import signal
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable


def in_a_process(function: Callable[[], Any], limit: float, default: Any = None) -> Any:
    """Call a function in a process of its own.

    :param limit: after so many seconds the process and its children are killed.
    :returns: the function's result, or the default if it came to none.
    """
    reading, writing = os.pipe()
    child = start(lambda: _write(writing, pickle.dumps(function())))
    os.close(writing)
    result = _read(reading, time.monotonic() + limit)
    os.close(reading)
    end(child)
    return pickle.loads(result) if result else default


def start(function: Callable[[], Any]) -> int:
    """Call a function in a process that reads and prints nothing.

    :returns: the id of the process.
    """
    child = os.fork()
    if not child:
        _call(function)
    return child


def end(child: int) -> None:
    """Kill a process and its children."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)


def _call(function: Callable[[], Any]) -> NoReturn:
    os.setsid()
    code = 1
    try:
        nothing = os.open(os.devnull, os.O_RDWR)
        for descriptor in range(3):
            os.dup2(nothing, descriptor)
        function()
        code = 0
    finally:
        os._exit(code)


def _write(writing: int, data: bytes) -> None:
    while data:
        data = data[os.write(writing, data) :]


def _read(reading: int, deadline: float) -> bytes:
    pieces: list[bytes] = []
    while select.select([reading], [], [], max(0, deadline - time.monotonic()))[0]:
        piece = os.read(reading, 65536)
        if not piece:
            return b"".join(pieces)
        pieces.append(piece)
    return b""
