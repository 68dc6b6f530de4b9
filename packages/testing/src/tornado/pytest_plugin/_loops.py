"""Loops for tests."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from tornado.ioloop import IOLoop

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def open_loop() -> Iterator[IOLoop]:
    """Open a loop, which is the current one within the block, and close it behind it."""
    loop = IOLoop()
    try:
        yield loop
    finally:
        IOLoop.clear_current()
        if not loop.asyncio_loop.is_closed():  # a test may have done it
            loop.close(all_fds=True)
