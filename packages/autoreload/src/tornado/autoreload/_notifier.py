"""Changes that the operating system tells about, by the package ``watchfiles``."""

from __future__ import annotations

import threading
from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from ._files import Files

#: Milliseconds after which the files are looked at in any case: modules may be new.
_LONGEST = 2000


def is_available() -> bool:
    """Tell whether ``watchfiles`` is installed."""
    return find_spec("watchfiles") is not None


class Notifier(threading.Thread):
    """Wait for changes in a thread, and have a function called on the loop."""

    def __init__(
        self, files: Files, loop: asyncio.AbstractEventLoop, look: Callable[[], None]
    ) -> None:
        super().__init__(name="tornado.autoreload", daemon=True)
        self._files = files
        self._loop = loop
        self._look = look

    def run(self) -> None:
        """Wait until the loop is closed."""
        while not self._loop.is_closed():
            try:
                self._loop.call_soon_threadsafe(self._look)
            except RuntimeError:
                return  # closed in the meantime
            wait_for_change(self._files)


def wait_for_change(files: Files) -> None:
    """Wait for a change, for as long as it makes sense not to look by oneself."""
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
