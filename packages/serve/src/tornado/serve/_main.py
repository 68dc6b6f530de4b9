"""The command."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from ._command._parser import PROGRAM, parse
from ._errors import ServeError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ._command._settings import Settings


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command ``tornado-serve``.

    It returns in the master, and in each process that the master has forked, when that ends.

    :param arguments: the command line; by default the program's own.
    :returns: the exit status: 0 after SIGTERM or SIGINT, 1 if the server cannot start, 128 and the
        number of the signal if it was told to end at once.
    :raises SystemExit: the command line is wrong (2), or asks for help or the version (0).

    .. versionadded:: 1.0
    """
    settings = parse(arguments)
    try:
        return _serve(settings)
    except ServeError as error:
        sys.stderr.write(f"{PROGRAM}: error: {error}\n")
        return error.status


def _serve(settings: Settings) -> int:
    from ._logging import set_up_logging
    from ._master._listeners import Listeners
    from ._master._master import Master

    set_up_logging(settings.log)
    _check(settings)
    listeners = Listeners(settings.addresses)
    master = os.getpid()
    try:
        outcome = Master(settings, listeners).run()
    finally:
        if os.getpid() == master:
            listeners.close()
    if isinstance(outcome, int):
        return outcome
    from ._worker._preloader import run

    return run(outcome)


def _check(settings: Settings) -> None:
    """Check what can be checked before any worker is started.

    :raises ServeError: something cannot work.
    """
    if settings.tls.certfile or settings.tls.keyfile:
        from ._tls import make_context

        make_context(settings.tls)
