"""Twisted's reactor on an asyncio loop."""

from __future__ import annotations

from tornado.util import import_object


def install() -> None:
    """Make Twisted's reactor for asyncio the reactor of this process.

    The same as ``twisted.internet.asyncioreactor.install()``.

    :raises ImportError: if Twisted is not installed.
    """
    import_object("twisted.internet.asyncioreactor").install()
