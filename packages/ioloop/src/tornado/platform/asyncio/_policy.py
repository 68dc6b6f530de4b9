"""An event loop policy that makes loops in every thread."""

from __future__ import annotations

import asyncio
import warnings


class AnyThreadEventLoopPolicy(asyncio.DefaultEventLoopPolicy):
    """An event loop policy that makes a loop in any thread that asks for one.

    The policy of asyncio does so at most in the main thread. :meth:`.IOLoop.current` makes a loop
    without any policy. As with every policy, the loops are those of asyncio and not of uvloop.

    .. deprecated:: 1.0
       Start loops with :func:`asyncio.run` or make them with :func:`asyncio.new_event_loop`.
    """

    def __init__(self) -> None:
        super().__init__()
        warnings.warn(
            "AnyThreadEventLoopPolicy is deprecated, use asyncio.run or asyncio.new_event_loop instead",
            DeprecationWarning,
            stacklevel=2,
        )

    def get_event_loop(self) -> asyncio.AbstractEventLoop:
        """Return the loop of this thread, and make one if there is none."""
        try:
            return super().get_event_loop()
        except RuntimeError:
            loop = self.new_event_loop()
            self.set_event_loop(loop)
            return loop
