"""Ending on Ctrl-C without a traceback.

Who stops a server with Ctrl-C has seen no error, and fifty lines of traceback would say there was
one. The exception still leaves :meth:`IOLoop.start`, because programs catch it there to clean up;
only when nobody has caught it, it is not printed. The exit status remains the one of a program
that was interrupted.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from tornado.util import print_uncaught

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def quietly_interrupted() -> Iterator[None]:
    """Do not print an interrupt that leaves this block and is caught by nobody."""
    try:
        yield
    except KeyboardInterrupt as interrupt:
        print_uncaught(interrupt, "")
        raise
