"""Something to wait for that is there in the next round of the loop."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from tornado.ioloop import IOLoop

if TYPE_CHECKING:
    from collections.abc import Callable, Generator


class Moment:
    """What :data:`moment` is: it looks like a future that is done."""

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


#: Yield it in a coroutine to let the loop go round once: other callbacks and sockets get their
#: turn. ``yield None`` does the same. In an ``async def`` function, ``await asyncio.sleep(0)``.
moment = Moment()
