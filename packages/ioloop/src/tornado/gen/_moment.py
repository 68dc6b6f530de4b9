"""Waiting for the next round of the loop."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from tornado.ioloop import IOLoop

if TYPE_CHECKING:
    from collections.abc import Callable, Generator


class Moment:
    """The class of :data:`moment`, which looks like a future that is done."""

    def __await__(self) -> Generator[Any, None, None]:
        return asyncio.sleep(0).__await__()

    def __repr__(self) -> str:
        return "tornado.gen.moment"

    def done(self) -> bool:
        """Return True."""
        return True

    def cancelled(self) -> bool:
        """Return False."""
        return False

    def result(self) -> None:
        """Return None."""

    def exception(self) -> None:
        """Return None."""

    def add_done_callback(self, callback: Callable[[Any], Any]) -> None:
        """Call ``callback(moment)`` in the next round of the loop."""
        IOLoop.current().add_callback(callback, self)


#: Yield it in a coroutine to let other callbacks and sockets have a round of the loop. ``yield None``
#: does the same, and so does ``await asyncio.sleep(0)`` in an ``async def`` function.
moment = Moment()
