"""What this worker is doing, for probes."""

from __future__ import annotations

from enum import Enum


class State(Enum):
    """A worker's state."""

    STARTING = "starting"
    READY = "ready"
    DRAINING = "draining"


class Status:
    """The state of the worker that this process is."""

    def __init__(self) -> None:
        self.state = State.STARTING
        #: The worker's number, from 0; None in a process that is not a worker.
        self.number: int | None = None


#: A process is one worker at most.
status = Status()


def is_draining() -> bool:
    """Return true once this worker finishes its last requests, or the whole server is about to.

    Outside of a server that this command has started it is false.

    .. versionadded:: 1.0
    """
    return status.state is State.DRAINING


def worker_number() -> int | None:
    """Return the number of this worker, from 0; None outside of a worker.

    A worker that replaces another one has its number.

    .. versionadded:: 1.0
    """
    return status.number
