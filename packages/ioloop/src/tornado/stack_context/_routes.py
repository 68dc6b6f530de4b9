"""Passing exceptions of asyncio's own callbacks to the handlers of a chain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tornado.ioloop import running_asyncio_loop

from ._chain import Link, chain, offer

if TYPE_CHECKING:
    import asyncio


def route_errors(loop: asyncio.AbstractEventLoop) -> None:
    """Pass exceptions of plain asyncio callbacks to the blocks that the callbacks descend from.

    Do nothing if the loop has an exception handler, because that is the application's.
    """
    if loop.get_exception_handler() is None:
        loop.set_exception_handler(_handle)


def route_running_loop() -> None:
    """Call :func:`route_errors` for the loop that is running in this thread, if there is one."""
    loop = running_asyncio_loop()
    if loop is not None:
        route_errors(loop)


def _handle(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    error = context.get("exception")
    if isinstance(error, Exception) and "handle" in context:
        error = offer(error, _chain_of(context["handle"]))
        if error is None:
            return
        context = {**context, "exception": error}
    loop.default_exception_handler(context)


def _chain_of(handle: Any) -> Link | None:
    # asyncio reports an exception after it has left the context of the callback, which is still in
    # the handle. uvloop hides the context, but reports from inside it.
    context = getattr(handle, "_context", None)
    return chain.get() if context is None else context.get(chain)
