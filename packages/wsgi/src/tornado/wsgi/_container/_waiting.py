"""How a thread waits for the loop, which may end before it answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._errors import ClientDisconnectedError

if TYPE_CHECKING:
    import asyncio
    import threading

#: How often a thread that waits looks whether the loop still runs, in seconds.
_INTERVAL = 1.0


def wait_for_loop(changed: threading.Condition, loop: asyncio.AbstractEventLoop) -> None:
    """Wait for a notification of the loop, or return after a while without one.

    Nobody notifies after the end of the loop, and the interpreter waits for the threads of executors
    before it ends: without this, Ctrl-C during a download would never end the program. A loop that is
    stopped for a moment, as between two ``run_until_complete``, has not ended.

    :param changed: a condition, held by the caller.
    :raises ClientDisconnectedError: the loop is closed, or did not run for a whole interval.
    """
    was_running = loop.is_running()
    if not loop.is_closed() and changed.wait(_INTERVAL):
        return
    if loop.is_closed() or not (was_running or loop.is_running() or changed.wait(_INTERVAL)):
        raise ClientDisconnectedError("the server has ended")
