"""The exceptions that asyncio does not keep in a future but lets out of the loop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from asyncio import Future


def leaves_the_loop(future: Future[Any]) -> bool:
    """Tell whether a future is done with an interrupt or an exit of the program.

    Tasks and generators raise it out of the loop as well, so nobody needs to hear of it here.
    """
    return (
        future.done()
        and not future.cancelled()
        and isinstance(future.exception(), KeyboardInterrupt | SystemExit)
    )
