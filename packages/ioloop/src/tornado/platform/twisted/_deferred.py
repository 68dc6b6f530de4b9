"""Deferreds in coroutines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tornado.gen import convert_yielded
from tornado.ioloop import current_asyncio_loop
from tornado.util import import_object

if TYPE_CHECKING:
    from asyncio import Future


def register() -> None:
    """Let coroutines yield Deferreds, if Twisted is installed."""
    try:
        deferred = import_object("twisted.internet.defer.Deferred")
    except ImportError:
        return  # without Twisted there are no Deferreds
    convert_yielded.register(deferred, _to_future)


def _to_future(deferred: Any) -> Future[Any]:
    """Return a future for the result of a Deferred, which is cancelled with the future."""
    future: Future[Any] = deferred.asFuture(current_asyncio_loop())
    return future
