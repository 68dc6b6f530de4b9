"""Watch the program's files, beside the program or in its place."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, NoReturn
from weakref import WeakKeyDictionary

from tornado.ioloop import IOLoop, PeriodicCallback, takes_loop

from . import _notifier
from ._files import Files
from ._restart import restart

if TYPE_CHECKING:
    import asyncio

gen_log = logging.getLogger("tornado.general")

#: Seconds between two looks while nothing else runs.
_WAIT = 0.5

_files = Files()
_watchers: WeakKeyDictionary[asyncio.AbstractEventLoop, PeriodicCallback | _notifier.Notifier] = (
    WeakKeyDictionary()
)


@takes_loop(before="check_time", none_before=(int, float))
def start(check_time: float = 500, *, io_loop: IOLoop | None = None) -> None:
    """Begin to watch the files of the program; when one changes, the program starts again.

    It happens on the current loop, once for each loop: further calls do nothing.

    A changed file that does not compile is logged, and the program goes on as it is until all such
    files are corrected. A file that is gone is waited for.

    :param check_time: milliseconds between two looks. Not used where ``watchfiles`` is installed.
    :param io_loop: classic, and the first argument there: another loop of this thread.
    """
    loop = (io_loop or IOLoop.current()).asyncio_loop
    if loop in _watchers:
        return
    _files.take_in()
    watcher: PeriodicCallback | _notifier.Notifier
    if _notifier.is_available():
        watcher = _notifier.Notifier(_files, loop, _look)
    else:
        watcher = PeriodicCallback(_look, check_time, io_loop=io_loop)
    _watchers[loop] = watcher
    watcher.start()


def _look() -> None:
    """Start again if a file has changed."""
    changed = _files.look()
    if not changed:
        return
    errors = _files.broken(changed)
    for path, error in errors.items():
        gen_log.error("%s has changed, but does not compile: %s", path, error)
    if not errors:
        gen_log.info("%s has changed, starting again", ", ".join(changed))
        restart()


def wait() -> NoReturn:
    """Wait until a watched file changes, and start the program again; do not return."""
    while not _files.look():  # the first look may find what has changed while the program ran
        if _notifier.is_available():
            _notifier.wait_for_change(_files)
        else:
            time.sleep(_WAIT)
    restart()


def watch(filename: str) -> None:
    """Watch a further file: a template, a table of settings.

    :param filename: need not exist yet; relative names are meant from where the program was
        started.
    """
    _files.name(filename)
