"""Twisted's reactor on an asyncio loop."""

from __future__ import annotations

from tornado.ioloop import IOLoop, chosen_loop
from tornado.util import import_object


def install(io_loop: IOLoop | None = None) -> None:
    """Make Twisted's reactor for asyncio the reactor of this process.

    It does what ``twisted.internet.asyncioreactor.install()`` does.

    :param io_loop: classic: the loop of the reactor, by default the current one.
    :raises ImportError: if Twisted is not installed.
    """
    loop = chosen_loop(io_loop)
    eventloop = None if loop is None else loop.asyncio_loop
    import_object("twisted.internet.asyncioreactor").install(eventloop)
