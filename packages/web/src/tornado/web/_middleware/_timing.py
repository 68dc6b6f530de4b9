"""The time that a handler takes."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._handler import RequestHandler
    from ._chain import Proceed


class TimingMiddleware:
    """A middleware that measures how long handlers take.

    The response gets a ``Server-Timing`` field (W3C Server Timing), which browsers show beside the
    request: the time until the head of the response was ready.

    :param observe: called after the handler's methods, with the handler and their time in seconds;
        for metrics.
    :param header: false omits the field, which everybody can read.

    .. versionadded:: 1.0
    """

    def __init__(
        self,
        observe: Callable[[RequestHandler, float], object] | None = None,
        *,
        header: bool = True,
    ) -> None:
        self.observe = observe
        self.header = header

    async def __call__(self, handler: RequestHandler, proceed: Proceed) -> None:
        """Measure one request."""
        began = time.perf_counter()
        if self.header:
            handler.before_head(partial(_mark, began))
        try:
            await proceed()
        finally:
            if self.observe is not None:
                self.observe(handler, time.perf_counter() - began)


def _mark(began: float, handler: RequestHandler) -> None:
    milliseconds = (time.perf_counter() - began) * 1000
    handler.add_header("Server-Timing", f"app;dur={milliseconds:.2f}")
