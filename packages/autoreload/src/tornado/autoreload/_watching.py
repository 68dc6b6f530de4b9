"""Watching the files of the program, while it runs or after it has ended."""

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

#: Seconds between two checks while nothing else runs.
_WAIT = 0.5

_files = Files()
_watchers: WeakKeyDictionary[asyncio.AbstractEventLoop, PeriodicCallback | _notifier.Notifier] = (
    WeakKeyDictionary()
)


@takes_loop(before="check_time", none_before=(int, float))
def start(check_time: float = 500, *, io_loop: IOLoop | None = None) -> None:
    """Watch the files of the program, and restart the program when one of them changes.

    The current loop watches them. Further calls for the same loop do nothing.

    A changed file that does not compile is logged, and the program continues unchanged until all
    such files are corrected. If a file is removed, the program waits until it is back.

    :param check_time: milliseconds between two checks. Not used where ``watchfiles`` is installed.
    :param io_loop: classic, and the first argument there: another loop of this thread.
    """
    loop = (io_loop or IOLoop.current()).asyncio_loop
    if loop in _watchers:
        return
    _files.add_modules()
    watcher: PeriodicCallback | _notifier.Notifier
    if _notifier.is_available():
        watcher = _notifier.Notifier(_files, loop, _check_files)
    else:
        watcher = PeriodicCallback(_check_files, check_time, io_loop=io_loop)
    _watchers[loop] = watcher
    watcher.start()


def _check_files() -> None:
    """Restart the program if a file has changed."""
    changed = _files.find_changed()
    if not changed:
        return
    errors = _files.find_broken(changed)
    for path, error in errors.items():
        gen_log.error("%s has changed, but does not compile: %s", path, error)
    if not errors:
        gen_log.info("%s has changed, starting again", ", ".join(changed))
        restart()


def wait() -> NoReturn:
    """Wait until a watched file changes, and restart the program; do not return."""
    while not _files.find_changed():  # at first, changes from while the program ran
        if _notifier.is_available():
            _notifier.wait_for_change(_files)
        else:
            time.sleep(_WAIT)
    restart()


def watch(filename: str) -> None:
    """Watch another file, such as a template or a file of settings.

    :param filename: the file, which need not exist yet; a relative name refers to the directory
        where the program was started.
    """
    _files.add(filename)
