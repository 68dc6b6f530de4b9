"""Errors that are no mistake of the program: told in a line, not in a traceback."""

from __future__ import annotations

import sys

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from types import TracebackType

_LINE = "_tornado_line"


def print_uncaught(error: BaseException, line: str) -> None:
    """If nobody catches an error, let the program end with a line in the place of a traceback.

    The error itself is not changed: whoever catches it sees what there always was, and the exit
    status is the same. A program that has replaced :data:`sys.excepthook` decides for itself.

    :param error: one exception that is about to be raised.
    :param line: what to print; nothing if it is empty.

    .. versionadded:: 1.0
    """
    setattr(error, _LINE, line)
    if sys.excepthook is sys.__excepthook__:
        sys.excepthook = _print


def _print(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    line = getattr(error, _LINE, None)
    if line is None:
        sys.__excepthook__(kind, error, trace)
    elif line:
        print(line, file=sys.stderr)
