"""The policy with which asyncio makes a loop for any thread that asks."""

from __future__ import annotations

import asyncio
import warnings


class AnyThreadEventLoopPolicy(asyncio.DefaultEventLoopPolicy):
    """An event loop policy whose ``get_event_loop`` makes a loop in every thread.

    Without it asyncio makes one in the main thread alone. `.IOLoop.current` needs no policy.

    .. deprecated:: 1.0
       asyncio gives up policies. Use :func:`asyncio.run` or `.IOLoop.current` in the thread.
    """

    def __init__(self) -> None:
        super().__init__()
        warnings.warn(
            "AnyThreadEventLoopPolicy is deprecated: use asyncio.run() or IOLoop.current()",
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
