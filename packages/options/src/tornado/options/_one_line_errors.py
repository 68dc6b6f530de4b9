"""Errors of the person who starts a program: one line instead of a traceback."""

from __future__ import annotations

import os
import sys

from ._errors import Error

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from types import TracebackType


def print_in_one_line(error: Exception, message: str) -> None:
    """Make an error print one line if nobody catches it and it ends the program."""
    from tornado.util import print_uncaught

    print_uncaught(error, f"{os.path.basename(sys.argv[0])}: {message}")


class OneLineErrors:
    """A context whose `Error` prints one line if nobody catches it and it ends the program.

    It is for values from outside: a traceback of this package does not help somebody who has
    mistyped an argument.
    """

    def __enter__(self) -> None:
        pass

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if isinstance(error, Error):
            print_in_one_line(error, str(error))
