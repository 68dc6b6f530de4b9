"""Ending on Ctrl-C without a traceback, where the loop was waiting.

Who stops an idle server with Ctrl-C has seen no error, and fifty lines of traceback would say there
was one. The exception still leaves :meth:`IOLoop.start`, because programs catch it there to clean up;
only when nobody has caught it, it is not printed. The exit status remains the one of a program
that was interrupted.

A program that hangs is interrupted somewhere else, and its traceback is how people find the place.
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
#: Where the tracebacks of uvloop say they come from.
_UVLOOP = "uvloop/"
#: What calls callbacks: where this is the innermost frame, a callback without a frame was running.
_CALLERS = frozenset({"_run", "uvloop.loop.Handle._run", "uvloop.loop.TimerHandle._run"})
#: uvloop lets signal handlers run here when one has come while it waited.
_SIGNALS_OF_UVLOOP = "uvloop.loop.Loop._ceval_process_signals"


@contextmanager
def quietly_interrupted() -> Iterator[None]:
    """Do not print an interrupt of a loop that waits, where it leaves this block uncaught."""
    try:
        yield
    except KeyboardInterrupt as interrupt:
        if has_met_the_wait(interrupt.__traceback__):
            print_uncaught(interrupt, "")
        raise


def has_met_the_wait(trace: TracebackType | None) -> bool:
    """Tell whether an exception came up while a loop waited, and not in anything it has called."""
    codes = _codes_within_loop(trace)
    for code in codes:
        if code.co_filename == selectors.__file__ or code.co_name == _SIGNALS_OF_UVLOOP:
            return True  # what follows is a handler of the signal
        if not code.co_filename.startswith((_ASYNCIO, _UVLOOP)):
            return False
    return not codes or codes[-1].co_name not in _CALLERS


def _codes_within_loop(trace: TracebackType | None) -> list[CodeType]:
    """Return the code of the frames after the one that runs the loop, the innermost last."""
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
