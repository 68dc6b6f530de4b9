"""Conversions from the time when Tornado had futures of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tornado.gen import convert_yielded

if TYPE_CHECKING:
    from asyncio import Future


def to_asyncio_future(tornado_future: Any) -> Future[Any]:
    """Return a future of asyncio for an object that a coroutine may yield."""
    future: Future[Any] = convert_yielded(tornado_future)
    return future


def to_tornado_future(asyncio_future: Future[Any]) -> Future[Any]:
    """Return the future itself: asyncio's futures are Tornado's."""
    return asyncio_future
