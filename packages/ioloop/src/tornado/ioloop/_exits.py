"""The exceptions that end the program, which asyncio also raises out of the loop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from asyncio import Future


def holds_exit(future: Future[Any]) -> bool:
    """Tell whether a future is done with a ``KeyboardInterrupt`` or a ``SystemExit``.

    Tasks and generators have raised it out of the loop as well, so it need not be reported again.
    """
    return (
        future.done()
        and not future.cancelled()
        and isinstance(future.exception(), KeyboardInterrupt | SystemExit)
    )
