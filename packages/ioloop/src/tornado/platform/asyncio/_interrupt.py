"""Ending on Ctrl-C without a traceback, if the loop was waiting.

Nothing is wrong with an idle server that is stopped with Ctrl-C, and fifty lines of traceback would
look as if something were. :meth:`IOLoop.start` still raises the exception, because programs catch it
there to clean up. It is only not printed if nothing catches it. The exit status remains that of a
program that was interrupted.

A program that hangs is interrupted in a callback. Its traceback shows the place, so it is printed.
"""

from __future__ import annotations

import asyncio
import os
import selectors
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tornado.util import print_uncaught

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType, TracebackType

_ASYNCIO = os.path.join(os.path.dirname(asyncio.__file__), "")
#: The beginning of the file names in the tracebacks of uvloop.
_UVLOOP = "uvloop/"
#: The functions that call callbacks. If one is the innermost frame, a callback without a frame of
#: its own was running.
_CALLERS = frozenset({"_run", "uvloop.loop.Handle._run", "uvloop.loop.TimerHandle._run"})
#: The function in which uvloop runs the handlers of signals that came while it waited.
_SIGNALS_OF_UVLOOP = "uvloop.loop.Loop._ceval_process_signals"


@contextmanager
def silence_idle_interrupt() -> Iterator[None]:
    """Keep an interrupt of a waiting loop from being printed if nothing catches it after this block."""
    try:
        yield
    except KeyboardInterrupt as interrupt:
        if is_raised_while_waiting(interrupt.__traceback__):
            print_uncaught(interrupt, "")
        raise


def is_raised_while_waiting(trace: TracebackType | None) -> bool:
    """Tell whether an exception was raised while a loop was waiting, and not in a callback."""
    codes = _codes_within_loop(trace)
    for code in codes:
        if code.co_filename == selectors.__file__ or code.co_name == _SIGNALS_OF_UVLOOP:
            return True  # the frames after it belong to a signal handler
        if not code.co_filename.startswith((_ASYNCIO, _UVLOOP)):
            return False
    return not codes or codes[-1].co_name not in _CALLERS


def _codes_within_loop(trace: TracebackType | None) -> list[CodeType]:
    """Return the code of the frames inside the one that runs the loop, the innermost last."""
    codes: list[CodeType] = []
    is_within = False
    while trace is not None:
        code = trace.tb_frame.f_code
        if is_within:
            codes.append(code)
        elif code.co_name.endswith("run_forever"):
            is_within = True
        trace = trace.tb_next
    return codes
