"""Deferreds, which coroutines may yield."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tornado.gen import convert_yielded
from tornado.ioloop import current_asyncio_loop
from tornado.util import import_object

if TYPE_CHECKING:
    from asyncio import Future


def register() -> None:
    """Teach `tornado.gen.convert_yielded` Deferreds, if Twisted is installed."""
    try:
        deferred = import_object("twisted.internet.defer.Deferred")
    except ImportError:
        return  # a program that makes no Deferreds loses nothing
    convert_yielded.register(deferred, _to_future)


def _to_future(deferred: Any) -> Future[Any]:
    """Return a future that is settled with a Deferred, and cancels it when it is cancelled."""
    future: Future[Any] = deferred.asFuture(current_asyncio_loop())
    return future
