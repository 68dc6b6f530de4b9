"""The process that imports the application.

With one worker it becomes that worker. With several it forks them, so that they share the memory of what
was imported, and ends. A worker that is started again later imports for itself, and all of them do with
`--no-preload`, or if the import starts threads. The master has imported nothing, so a new preloader is all that a reload takes.
"""

from __future__ import annotations

import gc
import logging
import os
import signal
import threading
from typing import TYPE_CHECKING

from tornado.ioloop import IOLoop
from tornado.log import gen_log

from .._application._loading import load
from .._channel import Message
from .._errors import ServeError
from .._streams import flush_streams
from ._loops import prepare_loop
from ._source import wait_for_change
from ._worker import Worker

if TYPE_CHECKING:
    from .._application._loading import Loaded
    from ._assignment import Assignment, Seat


def run(assignment: Assignment) -> int:
    """Import the application and serve it.

    :returns: the exit status of this process, in a preloader and in each of its workers.
    """
    settings = assignment.settings
    signal.signal(signal.SIGINT, _ignore)  # the master gets it too, and tells the workers
    prepare_loop(settings.processes.loop)
    try:
        loaded = load(settings.application)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - the application's own; it is logged
        return _fail(assignment, error)
    if len(assignment.seats) == 1:
        return Worker(assignment, assignment.seats[0], loaded).run()
    if _is_unfit_for_forks():
        gen_log.info(
            "the application starts threads or a loop when it is imported, which forked workers would"
            " lack: each worker imports it"
        )
        for seat in assignment.seats:
            seat.channel.send(Message.ALONE)
        return 0
    return _fork(assignment, loaded)


def _is_unfit_for_forks() -> bool:
    """Return whether the import has started what does not survive a fork."""
    return threading.active_count() > 1 or IOLoop.current(instance=False) is not None


def _ignore(number: int, frame: object) -> None:
    # Unlike SIG_IGN, this is not inherited by programs that the application starts.
    pass


def _fail(assignment: Assignment, error: BaseException) -> int:
    """Log why the application cannot be imported, and tell the master."""
    if isinstance(error, ServeError):
        gen_log.error("%s", error)
    else:
        gen_log.error(
            "%s cannot be imported: %s: %s",
            assignment.settings.application.target,
            type(error).__name__,
            error,
            exc_info=error,
        )
    if assignment.settings.processes.reload:
        wait_for_change(error, [seat.channel for seat in assignment.seats])
    for seat in assignment.seats:
        seat.channel.send(Message.FAILED)
    return 1


def _fork(assignment: Assignment, loaded: Loaded) -> int:
    """Fork the workers.

    :returns: in a worker, its exit status. The preloader does not return: what the application wants
        to do at exit, such as to remove a temporary directory, belongs to the workers.
    """
    flush_streams()
    gc.freeze()  # or the collector of each worker would write to the memory that they share
    for seat in assignment.seats:
        if os.fork() == 0:
            _close_others(assignment, seat)
            return Worker(assignment._replace(seats=[seat]), seat, loaded).run()
    logging.shutdown()
    os._exit(0)


def _close_others(assignment: Assignment, own: Seat) -> None:
    """Close the channels of the other workers, whose ends would go unnoticed otherwise."""
    for seat in assignment.seats:
        if seat is not own:
            seat.channel.close()
