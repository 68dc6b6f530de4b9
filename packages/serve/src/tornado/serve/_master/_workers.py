"""What the master knows about each worker."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .._channel import Channel


class Stage(Enum):
    """How far a worker is."""

    STARTING = "starting"
    READY = "ready"
    DRAINING = "draining"
    FAILED = "failed"


@dataclass(eq=False)
class WorkerProcess:
    """A worker as the master sees it: its process and its channel."""

    number: int
    generation: int
    channel: Channel
    #: When it was forked, by the monotonic clock.
    since: float
    #: When it became ready, by the monotonic clock; None before.
    ready_since: float | None = None
    #: None until a worker that a preloader forks has told its number.
    pid: int | None = None
    #: The process that was forked to import the application, and may be the worker itself.
    preloader: int = 0
    stage: Stage = Stage.STARTING
    #: The exit status; None while it is unknown.
    status: int | None = None
    has_changed: bool = False
    is_channel_open: bool = True
    #: When it is killed, by the monotonic clock, if it has not ended by then.
    deadline: float | None = None

    @property
    def is_current(self) -> bool:
        """Whether it serves, or is about to, and is not on its way out."""
        return self.stage in {Stage.STARTING, Stage.READY}

    def process(self, preloaders: set[int]) -> int | None:
        """Return what gets its signals: itself, or the preloader that has not forked it yet.

        :param preloaders: those that have not ended.
        """
        if self.pid is None and self.preloader in preloaders:
            return self.preloader
        return self.pid

    def describe(self) -> str:
        """Return its name in the log."""
        return f"worker {self.number}" + (f" (pid {self.pid})" if self.pid else "")

    def describe_end(self) -> str:
        """Return how it has ended."""
        if self.status is None:
            return "ended"
        if self.status < 0:
            return f"was ended by signal {-self.status}"
        return f"exited with status {self.status}"
