"""Queues with other orders."""

from __future__ import annotations

import heapq
from typing import TypeVar

from ._queue import Queue

T = TypeVar("T")


class PriorityQueue(Queue[T]):
    """A queue that gives the smallest item first.

    Items are often tuples of a number and a value. Tuples with equal numbers are compared by their
    values; a counter between the two prevents that and keeps their order::

        queue.put((2, next(counter), "later"))
    """

    def _init(self) -> None:
        self._queue: list[T] = []

    def _put(self, item: T) -> None:
        heapq.heappush(self._queue, item)  # type: ignore[type-var]  # items that cannot be compared raise TypeError

    def _get(self) -> T:
        return heapq.heappop(self._queue)  # type: ignore[type-var]  # as above


class LifoQueue(Queue[T]):
    """A queue that gives the newest item first: a stack."""

    def _init(self) -> None:
        self._queue: list[T] = []

    def _put(self, item: T) -> None:
        self._queue.append(item)

    def _get(self) -> T:
        return self._queue.pop()
