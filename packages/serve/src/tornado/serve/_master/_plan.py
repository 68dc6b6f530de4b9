"""Which workers there should be: decisions without a process or a socket.

Theory of operation. A *generation* is a set of workers that imported the application at about the same
time. One generation serves; while the application is started or reloaded, another one is coming. When all
workers of that one are ready, it takes over, and the others drain. If it fails, nothing changes, except
that a server without any generation that serves ends. A worker of the serving generation that dies is
replaced, also while another generation is coming, with growing delays if that happens again and again. One
that cannot start is replaced after it has ended: a number has one process, besides those that drain.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._backoff import BackOff
from ._workers import Stage

if TYPE_CHECKING:
    from ._workers import WorkerProcess


class Plan:
    """The generations of workers.

    :param count: how many workers a generation has.
    """

    def __init__(self, count: int) -> None:
        self.count = count
        self.workers: list[WorkerProcess] = []
        #: The generation that serves; None before the first one.
        self.serving: int | None = None
        #: The generation that starts; None while there is none.
        self.coming: int | None = None
        self.is_ending = False
        #: When to start a worker of the serving generation: times by its number.
        self.due: dict[int, float] = {}
        self._last = 0
        #: The workers that end for new source: the generation that comes replaces them.
        self._changed: set[int] = set()
        self._lifetimes: dict[int, float] = {}
        self._delays = [BackOff() for _ in range(count)]

    def begin(self) -> int:
        """Return the number of a new generation, which is coming from now on."""
        self._last += 1
        self.coming = self._last
        return self._last

    def generation(self, number: int | None) -> list[WorkerProcess]:
        """Return the workers of a generation that are not on their way out."""
        return [each for each in self.workers if each.generation == number and each.is_current]

    def is_complete(self) -> bool:
        """Return whether all workers of the generation that is coming are ready."""
        ready = [each for each in self.generation(self.coming) if each.stage is Stage.READY]
        return self.coming is not None and len(ready) == self.count

    def take_over(self) -> list[WorkerProcess]:
        """Let the generation that was coming serve.

        :returns: the workers that are to drain.
        """
        self.serving, self.coming = self.coming, None
        self.due.clear()
        self._lifetimes.clear()
        self._changed.clear()
        return [
            each for each in self.workers if each.is_current and each.generation != self.serving
        ]

    def abandon(self, *, begins_anew: bool = False) -> list[WorkerProcess]:
        """Give up the generation that is coming.

        :param begins_anew: whether another one comes instead.
        :returns: its workers, which are to end.
        """
        left = self.generation(self.coming)
        if not begins_anew:
            self._changed.clear()
        self.coming = None
        return left

    def note_change(self, worker: WorkerProcess) -> None:
        """Note that a worker ends for new source: a generation that comes replaces it."""
        worker.has_changed = True
        worker.stage = Stage.DRAINING
        if worker.generation == self.serving:
            self._changed.add(worker.number)

    def ended(self, worker: WorkerProcess, now: float) -> bool:
        """Note that a worker has ended.

        :returns: whether that is a failure of the generation that is coming.
        """
        self.workers.remove(worker)
        if self.is_ending or worker.has_changed:
            return False
        if worker.generation == self.serving:
            # A start that fails is an early end, however long it took.
            since = worker.ready_since
            self._lifetimes[worker.number] = 0.0 if since is None else now - since
        return (
            self.coming is not None
            and worker.generation == self.coming
            and (worker.stage is not Stage.DRAINING)
        )

    def schedule(self, now: float) -> dict[int, float]:
        """Decide when to start workers that are missing in the serving generation.

        :returns: the delay of each worker that was not scheduled before, by its number.
        """
        if self.is_ending or self.serving is None:
            return {}
        present = {each.number for each in self.generation(self.serving)} | self.due.keys()
        present |= self._changed
        present |= {
            each.number
            for each in self.workers
            if each.generation == self.serving and each.stage is Stage.FAILED
        }
        found = {}
        for number in set(range(self.count)) - present:
            lifetime = self._lifetimes.pop(number, None)
            found[number] = 0.0 if lifetime is None else self._delays[number].delay_after(lifetime)
            self.due[number] = now + found[number]
        return found

    def take_due(self, now: float) -> list[int]:
        """Return the numbers of the workers that are to start now."""
        if self.is_ending:
            return []
        numbers = sorted(number for number, time in self.due.items() if time <= now)
        for number in numbers:
            del self.due[number]
        return numbers

    def next_time(self) -> float | None:
        """Return when there is something to do, if nothing happens before."""
        times = [each.deadline for each in self.workers if each.deadline is not None]
        if not self.is_ending:
            times += self.due.values()
        return min(times, default=None)
