"""Forking a process for one or more workers."""

from __future__ import annotations

import os
import socket
import time
from typing import TYPE_CHECKING

from .._channel import Channel
from .._streams import flush_streams
from .._worker._assignment import Assignment, Seat
from ._workers import WorkerProcess

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._command._settings import Settings
    from .._worker._assignment import Sockets
    from ._signals import Signals


class Forks:
    """What every child of the master gets.

    :param close: closes, in a child, what belongs to the master alone.
    """

    def __init__(
        self, settings: Settings, sockets: Sockets, signals: Signals, close: Callable[[], None]
    ) -> None:
        self._settings = settings
        self._sockets = sockets
        self._signals = signals
        self._close = close

    def fork(self, numbers: list[int], generation: int) -> list[WorkerProcess] | Assignment:
        """Fork a process that becomes some workers, or forks them.

        :returns: the workers; in the child, what it is to do.
        :raises OSError: there is no memory, or there are too many processes or descriptors.
        """
        flush_streams()
        seats: list[Seat] = []
        workers: list[WorkerProcess] = []
        before = self._signals.block()
        try:
            for number in numbers:
                ours, theirs = socket.socketpair()
                ours.setblocking(False)
                seats.append(Seat(number, Channel(theirs)))
                workers.append(WorkerProcess(number, generation, Channel(ours), time.monotonic()))
            pid = os.fork()
            if pid == 0:
                _close_channels(workers)
                self._close()
                return Assignment(self._settings, self._sockets, seats)
        except OSError:
            _close_channels(workers)
            _close_channels(seats)
            raise
        finally:
            self._signals.unblock(before)
        _close_channels(seats)
        for worker in workers:
            worker.preloader = pid
        if len(workers) == 1:
            workers[0].pid = pid
        return workers


def _close_channels(holders: list[WorkerProcess] | list[Seat]) -> None:
    for holder in holders:
        holder.channel.close()
