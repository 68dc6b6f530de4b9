"""The loop of a worker."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

from tornado.ioloop import IOLoop

if TYPE_CHECKING:
    from collections.abc import Callable


def prepare_loop(name: str) -> None:
    """Let every loop of this process be of the kind that was asked for.

    uvloop is imported here, so that forked workers share it.

    :param name: ``auto``, ``asyncio`` or ``uvloop``.
    """
    if name != "auto":
        os.environ["TORNADO_UVLOOP"] = "1" if name == "uvloop" else "0"
    _find_factory(name)


def loop_factory(name: str) -> Callable[[], asyncio.AbstractEventLoop]:
    """Return a function that makes the loop of this process.

    The application may have made the loop of this thread when it was imported: then it is that one.

    :param name: ``auto``, ``asyncio`` or ``uvloop``.
    """
    existing = IOLoop.current(instance=False)
    if existing is not None:
        return lambda: existing.asyncio_loop
    return _find_factory(name)


def _find_factory(name: str) -> Callable[[], asyncio.AbstractEventLoop]:
    if name == "asyncio":
        return asyncio.new_event_loop
    try:
        from uvloop import new_event_loop
    except ImportError:  # the command has checked that uvloop is there if it is asked for
        return asyncio.new_event_loop
    return new_event_loop
