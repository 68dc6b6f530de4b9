"""The chain of middleware around a handler."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from .._handler import RequestHandler

#: Calls the next middleware, and at last the handler's own methods.
Proceed: TypeAlias = Callable[[], Awaitable[None]]

#: What the setting ``middleware`` lists: called for each request, the first one outermost.
Middleware: TypeAlias = "Callable[[RequestHandler, Proceed], Awaitable[None]]"


async def run_through(
    middleware: Sequence[Middleware], handler: RequestHandler, innermost: Proceed
) -> None:
    """Run a handler's methods within its middleware.

    If a middleware does not proceed, the handler's methods are not called, and the response is sent
    as it is then. An exception of the handler passes through all of them.
    """
    if handler._finished:
        return
    if not middleware:
        await innermost()
        return
    await middleware[0](handler, partial(run_through, middleware[1:], handler, innermost))
