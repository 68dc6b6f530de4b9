"""Middleware: coroutines around handlers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from .._handler import RequestHandler

#: Go on with the next middleware, and at last with the handler's own methods.
Proceed: TypeAlias = Callable[[], Awaitable[None]]

#: What the setting ``middleware`` lists: called for each request, the first one outermost.
Middleware: TypeAlias = "Callable[[RequestHandler, Proceed], Awaitable[None]]"


async def run_through(
    middleware: Sequence[Middleware], handler: RequestHandler, innermost: Proceed
) -> None:
    """Run a handler's methods within its middleware.

    Who does not proceed keeps the handler's methods from being called; the response goes out as it
    is then. What a handler raises passes through everybody on its way to the error page.
    """
    if handler._finished:
        return
    if not middleware:
        await innermost()
        return
    await middleware[0](handler, partial(run_through, middleware[1:], handler, innermost))
