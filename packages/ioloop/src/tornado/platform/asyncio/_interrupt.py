"""Ending on Ctrl-C without a traceback.

Who stops a server with Ctrl-C has seen no error, and fifty lines of traceback would say there was
one. The exception still leaves :meth:`IOLoop.start`, because programs catch it there to clean up;
only when nobody has caught it, it is not printed. The exit status remains the one of a program
that was interrupted.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType


@contextmanager
def quietly_interrupted() -> Iterator[None]:
    """Do not print an interrupt that leaves this block and is caught by nobody.

    A program that has replaced :data:`sys.excepthook` decides for itself.
    """
    try:
        yield
    except KeyboardInterrupt:
        if sys.excepthook is sys.__excepthook__:
            sys.excepthook = _print_errors
        raise


def _print_errors(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    if not issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
