"""The loop of a worker."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tornado.ioloop import IOLoop
from tornado.log import gen_log

from .._errors import ServeError

if TYPE_CHECKING:
    from collections.abc import Callable


def loop_factory(name: str, *, is_forked: bool) -> Callable[[], asyncio.AbstractEventLoop]:
    """Return a function that makes the loop of this process.

    An application that was imported in this process may have made the loop of its thread already: then
    it is that one.

    :param name: ``auto``, ``asyncio`` or ``uvloop``.
    :param is_forked: whether the application was imported in another process.
    :raises ServeError: uvloop is asked for and not installed.
    """
    existing = IOLoop.current(instance=False)
    if existing is not None and is_forked:
        gen_log.warning(
            "the application made an event loop when it was imported, which no forked worker can use:"
            " make it later, or add --no-preload"
        )
        IOLoop.clear_current()
    elif existing is not None:
        return lambda: existing.asyncio_loop
    return (
        _uvloop_factory(is_needed=name == "uvloop") if name != "asyncio" else asyncio.new_event_loop
    )


def _uvloop_factory(*, is_needed: bool) -> Callable[[], asyncio.AbstractEventLoop]:
    try:
        from uvloop import new_event_loop
    except ImportError as error:
        if is_needed:
            raise ServeError("--loop uvloop: install uvloop, or leave the option out") from error
        return asyncio.new_event_loop
    return new_event_loop
