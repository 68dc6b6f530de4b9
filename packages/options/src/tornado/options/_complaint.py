"""What a person gets to see who has given a wrong option."""

from __future__ import annotations

import os
import sys

from ._errors import Error

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from types import TracebackType


def tell_in_one_line(error: Exception, message: str) -> None:
    """Let an error be one line, if nobody catches it and it ends the program."""
    from tornado.util import print_uncaught

    print_uncaught(error, f"{os.path.basename(sys.argv[0])}: {message}")


class ToldInOneLine:
    """Let an `Error` in a block be one line, if nobody catches it and it ends the program.

    It is for values from outside. A traceback would show the inside of this package to somebody
    who has mistyped an argument.
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
            tell_in_one_line(error, str(error))
