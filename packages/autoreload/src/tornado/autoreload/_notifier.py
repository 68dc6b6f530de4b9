"""Changes that the operating system reports, with the package ``watchfiles``."""

from __future__ import annotations

import threading
from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from ._files import Files

#: Milliseconds after which the files are checked in any case, because modules may be new.
_LONGEST = 2000


def is_available() -> bool:
    """Return true if ``watchfiles`` is installed."""
    return find_spec("watchfiles") is not None


class Notifier(threading.Thread):
    """A thread that waits for changes and calls a function on the loop."""

    def __init__(
        self, files: Files, loop: asyncio.AbstractEventLoop, check: Callable[[], None]
    ) -> None:
        super().__init__(name="tornado.autoreload", daemon=True)
        self._files = files
        self._loop = loop
        self._check = check

    def run(self) -> None:
        """Wait until the loop is closed."""
        while not self._loop.is_closed():
            try:
                self._loop.call_soon_threadsafe(self._check)
            except RuntimeError:
                return  # the loop was closed in the meantime
            wait_for_change(self._files)


def wait_for_change(files: Files) -> None:
    """Wait for a change, or for the time after which the files are checked in any case."""
    from watchfiles import watch  # type: ignore[import-not-found, unused-ignore]  # an extra

    for _ in watch(
        *files.directories(),
        watch_filter=None,
        recursive=False,
        yield_on_timeout=True,
        rust_timeout=_LONGEST,
        debounce=200,
        raise_interrupt=True,
    ):
        return
