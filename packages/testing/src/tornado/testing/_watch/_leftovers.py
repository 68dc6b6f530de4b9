"""What a test leaves behind.

A test that leaves a task, a timer, an open socket, a client, a websocket or a periodic callback
disturbs the tests after it. Often it also points to a fault of the program, where something is
never awaited or never closed. :class:`LeftoverWatch` finds such things and says where they were made.
"""

from __future__ import annotations

import asyncio
import gc
import time
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, Self
from weakref import WeakSet

from ._origin import Origin, frames_of, is_machinery, origin_of_code
from ._recording import Recording, name_of

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator

    from tornado.ioloop import IOLoop


#: How the timers of `asyncio.sleep` are described.
_SLEEP = f"for {name_of(asyncio.futures._set_result_unless_cancelled)},"  # type: ignore[attr-defined]  # private


class LeftBehindError(AssertionError):
    """The failure of a test that has left something behind.

    .. versionadded:: 1.0
    """


class LeftBehindWarning(ResourceWarning):
    """The warning about a test that has left something behind.

    .. versionadded:: 1.0
    """


class Leftover(NamedTuple):
    """One thing that a test has left behind."""

    kind: str
    description: str
    origin: Origin | None
    thing: Any

    def __str__(self) -> str:
        made = f", made {self.origin}" if self.origin is not None else ""
        return f"{self.kind} {self.description}{made}"


class LeftoverWatch:
    """A comparison of what exists before a test and after it.

    ::

        watch = LeftoverWatch()
        watch.start(loop)
        ...  # the test
        left = watch.find(loop, settle=0.1, collect=True)
        watch.stop()
        if left:
            raise LeftBehindError(describe("test_it", left))

    What other threads make is ignored. So are sockets and timers of Tornado itself, such as the
    connections that a server has accepted: they belong to something that is watched.
    """

    def __init__(self) -> None:
        self._recording = Recording()
        self._tasks_before: WeakSet[asyncio.Task[Any]] = WeakSet()

    def start(self, loop: IOLoop | None = None) -> Self:
        """Record what exists before the test.

        :param loop: the loop of the test, if it has been made already.
        """
        self._recording.start()
        if loop is not None:
            for task in asyncio.all_tasks(loop.asyncio_loop):
                self._tasks_before.add(task)
            self.add_loop(loop)
        return self

    def add_loop(self, loop: IOLoop) -> None:
        """Record what is made on a loop that the test got after the start."""
        self._recording.add_loop(loop.asyncio_loop)

    def stop(self) -> None:
        """Stop recording what is made. :meth:`find` may still be called."""
        self._recording.stop()

    def find(
        self, loop: IOLoop | None = None, *, settle: float = 0, collect: bool = False
    ) -> list[Leftover]:
        """Return what exists now and did not before the test.

        :param loop: the loop whose tasks are reported, including tasks that were not made with
            ``create_task``. None for no tasks.
        :param settle: seconds in which things may still end. The loop runs meanwhile, if something is
            left and the loop is not running already.
        :param collect: whether to collect garbage before anything is reported, so that things which
            only refer to themselves do not count. Messages about the garbage of earlier tests may
            appear then.
        """
        left = self._look(loop)
        if left and collect:
            left.clear()  # it holds references to the things
            gc.collect()
            left = self._look_twice(loop) if settle else self._look(loop)
        deadline = time.monotonic() + settle  # the collection has taken its own time
        while left and settle and loop is not None and _can_run(loop):
            loop.run_sync(partial(asyncio.sleep, 0.001))
            left = self._look_twice(loop)
            if time.monotonic() >= deadline:
                break
        return left

    def _look_twice(self, loop: IOLoop | None) -> list[Leftover]:
        """Look again if nothing is left: a timer that is due may be about to start another one."""
        left = self._look(loop)
        if not left and loop is not None and _can_run(loop):
            loop.run_sync(partial(asyncio.sleep, 0))
            left = self._look(loop)
        return left

    def _look(self, loop: IOLoop | None) -> list[Leftover]:
        tasks = [] if loop is None else list(self._tasks(loop.asyncio_loop))
        waits = {_where_it_waits(each.thing.get_coro()) for each in tasks}
        # A sleeping task is reported without its timer.
        timers = [
            each
            for each in self._timers()
            if not (each.origin in waits and each.description.startswith(_SLEEP))
        ]
        return [
            *tasks,
            *timers,
            *self._periodic(),
            *self._sockets(),
            *self._clients(),
            *self._websockets(),
        ]

    def _tasks(self, loop: asyncio.AbstractEventLoop) -> Iterator[Leftover]:
        for task in sorted(asyncio.all_tasks(loop), key=_name_of_task):
            if task in self._tasks_before or task is _current_task(loop):
                continue
            origin = self._recording.origin("task", task)
            yield Leftover("task", _describe_task(task), origin, task)

    def _timers(self) -> Iterator[Leftover]:
        for timer, made in self._recording.timers():
            loop = made.loop()
            if loop is not None:
                description = f"for {made.callback}, due in {timer.when() - loop.time():.1f} s"
                yield Leftover("timer", description, made.origin, timer)

    def _periodic(self) -> Iterator[Leftover]:
        for series, origin in self._recording.things("periodic callback"):
            if series.is_running() and not series.io_loop.asyncio_loop.is_closed():
                description = f"{name_of(series.callback)}, which is still running"
                yield Leftover("periodic callback", description, origin, series)

    def _sockets(self) -> Iterator[Leftover]:
        for sock, origin in self._recording.things("socket"):
            if sock.fileno() != -1:
                yield Leftover("socket", _describe_socket(sock), origin, sock)

    def _clients(self) -> Iterator[Leftover]:
        for client, origin in self._recording.things("client"):
            # The shared client of a loop is closed with the loop.
            if not client.is_closed and not client.is_shared:
                yield Leftover("client", type(client).__name__, origin, client)

    def _websockets(self) -> Iterator[Leftover]:
        for connection, origin in self._recording.things("websocket"):
            if not connection.is_closed:
                yield Leftover("websocket", f"to {connection.request.url}", origin, connection)


def describe(test: object, left: list[Leftover]) -> str:
    """Return the message about what a test has left behind, one line for each thing."""
    lines = "".join(f"\n  - {each}" for each in left)
    return f"{test} left behind:{lines}"


def _can_run(loop: IOLoop) -> bool:
    return not (loop.asyncio_loop.is_running() or loop.asyncio_loop.is_closed())


def _current_task(loop: asyncio.AbstractEventLoop) -> asyncio.Task[Any] | None:
    return asyncio.current_task(loop) if loop.is_running() else None


def _name_of_task(task: asyncio.Task[Any]) -> str:
    return task.get_name()


def _describe_task(task: asyncio.Task[Any]) -> str:
    coroutine: Any = task.get_coro()
    waiting = _where_it_waits(coroutine)
    at = f", which waits {waiting}" if waiting is not None else ""
    return f"{name_of(coroutine)}{at}"


def _where_it_waits(coroutine: Any) -> Origin | None:
    """Return the innermost line of the application where a coroutine waits."""
    found = None
    for frame in frames_of(coroutine):
        if not is_machinery(frame.f_code.co_filename, frame.f_globals.get("__name__", "")):
            found = origin_of_code(frame.f_code, frame.f_lineno)
    return found


def _describe_socket(sock: socket.socket) -> str:
    try:
        here = _describe_address(sock.getsockname())
    except OSError:
        return repr(sock)
    try:
        there = _describe_address(sock.getpeername())
    except OSError:
        return f"on {here}" if here else repr(sock)
    return f"from {here} to {there}" if here or there else repr(sock)


def _describe_address(address: Any) -> str:
    if isinstance(address, tuple) and len(address) > 1:
        host = f"[{address[0]}]" if ":" in str(address[0]) else address[0]
        return f"{host}:{address[1]}"
    return str(address or "")
