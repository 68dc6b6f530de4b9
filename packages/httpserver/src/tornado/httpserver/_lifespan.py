"""The time between the start and the end of an application.

An application may have something to do before its first request and after its last one: open a
pool of connections, and close it. Its users (a server, several of them, an adapter for another kind
of server) enter its lifespan before the first request and leave it after the last one. Start and end
run once for all of them, in a task of their own: when the loop ends without waiting (``asyncio.run``
cancels what is left), the task is cancelled, and runs the end then.
"""

from __future__ import annotations

import asyncio
import atexit
import os
import weakref
from concurrent.futures import Future
from typing import TYPE_CHECKING, NamedTuple

from tornado.ioloop import current_asyncio_loop

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Operation = Callable[[], Awaitable[None]]

#: Seconds to wait until users on other loops have stopped: such a loop may be ending as well.
_OTHER_LOOPS_TIMEOUT = 1.0


class _User(NamedTuple):
    """What serves the application: how to stop it, and on which loop."""

    close: Operation | None
    loop: asyncio.AbstractEventLoop

    async def stop(self) -> None:
        """Stop it on its own loop: its tasks and futures belong to that one."""
        if self.close is None or self.loop.is_closed():
            return
        if self.loop is asyncio.get_running_loop() or not self.loop.is_running():
            await self.close()
            return
        stopping = asyncio.run_coroutine_threadsafe(_run(self.close), self.loop)
        done, _ = await asyncio.wait([asyncio.wrap_future(stopping)], timeout=_OTHER_LOOPS_TIMEOUT)
        for each in done:
            each.result()


async def _run(operation: Operation) -> None:
    await operation()


class Lifespan:
    """The start and the end of an application, shared by all that serve it.

    :param start: called before the first request.
    :param end: called after the last one; it handles its own errors.
    :param is_empty: returns whether there is nothing to do, so that nobody has to wait.

    .. versionadded:: 1.0
    """

    def __init__(self, start: Operation, end: Operation, is_empty: Callable[[], bool]) -> None:
        self._start = start
        self._end = end
        self._is_empty = is_empty
        self._users: dict[object, _User] = {}
        self._life: _Life | None = None

    @property
    def is_used(self) -> bool:
        """Whether anything serves the application."""
        return bool(self._users)

    def enter_nowait(self, user: object, close: Operation | None = None) -> bool:
        """Enter without waiting.

        :returns: false if the start is not done yet; :meth:`enter` is needed then.
        """
        life = self._current_life()
        is_ready = self._is_empty() if life is None else life.is_started
        if is_ready:
            self._users[user] = _User(close, current_asyncio_loop())
        return is_ready

    async def enter(self, user: object, close: Operation | None = None) -> None:
        """Wait until the application has started; the first user starts it.

        :param user: what serves it, any object that leaves later.
        :param close: stops the user at once; called if the loop ends before the user leaves.
        :raises Exception: what went wrong at the start, for each user that waits for it. The next
            user tries again.
        """
        while (life := self._current_life()) is not None and life.is_ending:
            await life.wait_for_end()
        self._users[user] = _User(close, asyncio.get_running_loop())
        if life is None:
            if self._is_empty():
                return
            life = self._life = _Life(self)
        try:
            await asyncio.shield(asyncio.wrap_future(life.started))
        except BaseException:
            self._users.pop(user, None)
            raise

    def leave_nowait(self, user: object) -> bool:
        """Leave without waiting.

        :returns: false if there is something to do at the end; :meth:`leave` is needed then.
        """
        if self._current_life() is not None:
            return False
        self._users.pop(user, None)
        return True

    async def leave(self, user: object) -> None:
        """Leave: the user stops serving the application. Wait for its end if no user is left."""
        self._users.pop(user, None)
        life = self._current_life()
        if life is not None and not self._users and not life.is_interrupted:
            life.request_end()
            await life.wait_for_end()

    def _current_life(self) -> _Life | None:
        if self._life is not None and self._life.loop.is_closed():
            self._life = None  # it ended with its loop, and nothing could run any more
            self._users.clear()
        return self._life

    async def close_users(self) -> None:
        """Stop all that still serve the application, each on its own loop."""
        users, self._users = self._users, {}
        for user in users.values():
            await user.stop()


class _Life:
    """One run through a lifespan, on the loop of its first user; others may be on other loops."""

    def __init__(self, lifespan: Lifespan) -> None:
        self._lifespan = lifespan
        self.started: Future[None] = Future()
        self._ended: Future[None] = Future()
        self.is_ending = False
        #: Whether the loop ends before all users have left.
        self.is_interrupted = False
        self.loop = asyncio.get_running_loop()
        self.process = os.getpid()
        self._end_requested = asyncio.Event()
        self._task = self.loop.create_task(self._run())
        _end_at_exit(self)

    @property
    def is_started(self) -> bool:
        return self.started.done() and not self.is_ending

    def is_done(self) -> bool:
        return self._task.done()

    def request_end(self) -> None:
        """Begin the end; a start that is still under way is cancelled."""
        self.is_ending = True
        end = self._end_requested.set if self.started.done() else self._task.cancel
        self.loop.call_soon_threadsafe(end)

    async def wait_for_end(self) -> None:
        await asyncio.shield(asyncio.wrap_future(self._ended))

    async def _run(self) -> None:
        try:
            await self._lifespan._start()
        except BaseException as error:
            self._forget()
            self.started.set_exception(error)
            if isinstance(error, asyncio.CancelledError):
                raise
            return  # SystemExit is for the users that wait; here nothing would retrieve it
        self.started.set_result(None)
        try:
            await self._end_requested.wait()
        except asyncio.CancelledError:
            self.is_ending = self.is_interrupted = True
            await self._lifespan.close_users()
            raise
        finally:
            self.is_ending = True
            try:
                await self._lifespan._end()
            finally:
                self._forget()

    def _forget(self) -> None:
        self._lifespan._life = None
        self._ended.set_result(None)


_lives: weakref.WeakSet[_Life] = weakref.WeakSet()


def _end_at_exit(life: _Life) -> None:
    """End a lifespan when the program ends, at the latest: a stopped loop cancels nothing."""
    if not _lives:
        atexit.unregister(_end_all)
        atexit.register(_end_all)
    _lives.add(life)


def _end_all() -> None:
    for life in list(_lives):
        loop = life.loop
        is_ours = life.process == os.getpid() and life.started.done()
        if is_ours and not (life.is_done() or loop.is_closed() or loop.is_running()):
            _cancel_tasks(loop)


def _cancel_tasks(loop: asyncio.AbstractEventLoop) -> None:
    """End a loop as ``asyncio.run`` does: by a cancellation of all that still runs."""
    tasks = asyncio.all_tasks(loop)
    for task in tasks:
        task.cancel()
    loop.run_until_complete(asyncio.wait(tasks))


class Lifespans:
    """All lifespans that one user enters: of an application, and of those that are mounted in it.

    :param delegate: has a method ``get_lifespans`` that returns them; without it there are none.
    :param close: stops the user at once; called if the loop ends before the user leaves.

    .. versionadded:: 1.0
    """

    def __init__(self, delegate: object, close: Operation | None = None) -> None:
        self._delegate = delegate
        self._close = close
        self._entered: list[Lifespan] = []
        self._is_inside = False

    def enter_nowait(self) -> bool:
        """Enter without waiting.

        :returns: false if a start is not done yet; :meth:`enter` is needed then.
        """
        if not self._is_inside:
            every = self._every()
            if not all(each.enter_nowait(self, self._close) for each in every):
                return False
            self._entered, self._is_inside = every, True
        return True

    async def enter(self) -> None:
        """Wait until everything has started.

        :raises Exception: what went wrong; those that had started before have ended then.
        """
        if self._is_inside:
            return
        try:
            for each in self._every():
                self._entered.append(each)
                await each.enter(self, self._close)
        except BaseException:
            await self.leave()
            raise
        self._is_inside = True

    def leave_nowait(self) -> bool:
        """Leave without waiting.

        :returns: false if there is something to do at an end; :meth:`leave` is needed then.
        """
        left = [each.leave_nowait(self) for each in self._entered]
        if not all(left):
            return False
        self._entered, self._is_inside = [], False
        return True

    async def leave(self) -> None:
        """Leave: this user stops serving. Wait for the end of what no other user serves."""
        self._is_inside = False
        entered, self._entered = self._entered, []
        for each in reversed(entered):
            await each.leave(self)

    def _every(self) -> list[Lifespan]:
        get_lifespans = getattr(self._delegate, "get_lifespans", None)
        return [] if get_lifespans is None else list(get_lifespans())
