"""The command."""

from __future__ import annotations

import os
import signal
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING

from ._command._parser import PROGRAM, parse
from ._errors import ServeError
from ._streams import open_missing_streams

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
    open_missing_streams()
    settings = parse(arguments)
    try:
        return _serve(settings)
    except ServeError as error:
        sys.stderr.write(f"{PROGRAM}: error: {error}\n")
        return error.status
    except KeyboardInterrupt:  # before the master handles signals
        return 128 + signal.SIGINT


def _serve(settings: Settings) -> int:
    from ._logging import set_up_logging
    from ._master._listeners import Listeners
    from ._master._master import Master
    from ._master._pid_file import PidFile

    _check(settings)
    listeners = Listeners(settings.addresses)
    set_up_logging(settings.log)
    master = os.getpid()
    try:
        pid_file = PidFile(settings.processes.pid_file)
        outcome = Master(settings, listeners).run()
    finally:
        if os.getpid() == master:
            listeners.close()
    if os.getpid() == master:
        pid_file.remove()
    if isinstance(outcome, int):
        return outcome
    from ._worker._preloader import run

    return run(outcome)


def _check(settings: Settings) -> None:
    """Check what can be checked before any worker is started.

    :raises ServeError: something cannot work.
    """
    from ._tls import check_tls

    if not hasattr(os, "fork"):
        raise ServeError("this system cannot fork processes: use Application.listen in a program")
    check_tls(settings.tls)
    if settings.processes.loop == "uvloop" and find_spec("uvloop") is None:
        raise ServeError("--loop uvloop: pip install 'tornado-serve[uvloop]', or leave it out")
    from tornado.httpserver import HTTPServer

    try:
        HTTPServer(lambda request: None, **settings.server)
    except ValueError as error:
        raise ServeError(str(error), 2) from error
