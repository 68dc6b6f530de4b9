"""Sockets that wait until the application has started."""

from __future__ import annotations

import asyncio
import logging
import os
from typing import TYPE_CHECKING

from tornado.ioloop import current_asyncio_loop

from ._lifespan import Lifespans

if TYPE_CHECKING:
    import socket
    from collections.abc import Awaitable, Callable

app_log = logging.getLogger("tornado.application")


class Starter:
    """What lets a server accept connections from the start of its application until the end.

    :param delegate: the application, or whatever takes the requests.
    :param accept: begins to accept connections on sockets.
    :param close: stops the server at once.
    """

    def __init__(
        self,
        delegate: object,
        accept: Callable[[list[socket.socket]], None],
        close: Callable[[], Awaitable[None]],
    ) -> None:
        self._lifespans = Lifespans(delegate, close)
        self._accept = accept
        self._waiting: list[socket.socket] = []
        self._task: asyncio.Task[None] | None = None
        self._ending: asyncio.Task[None] | None = None
        self._is_stopped = False

    def add_sockets(self, sockets: list[socket.socket]) -> None:
        """Accept connections on sockets when the application has started.

        Until then, clients wait in the queues of the sockets.
        """
        if self._lifespans.enter_nowait():
            self._accept(sockets)
            return
        self._waiting += sockets
        if self._task is None:
            self._task = current_asyncio_loop().create_task(self._start())

    async def _start(self) -> None:
        try:
            await self._lifespans.enter()
        except asyncio.CancelledError:
            raise
        except BaseException as error:  # noqa: BLE001 - the program's own; it ends the program
            self._fail(error)
            return
        finally:
            self._task = None
        if self._is_stopped:
            await self._lifespans.leave()
            return
        sockets, self._waiting = self._waiting, []
        self._accept(sockets)

    def _fail(self, error: BaseException) -> None:
        """End the program, which would run on without listening; several servers log it once."""
        self.stop()
        if not isinstance(error, Exception) and not _is_failure_of_child(error):
            asyncio.get_running_loop().call_soon(_raise, error)
            return
        if not hasattr(error, "_tornado_logged"):
            error._tornado_logged = True  # type: ignore[attr-defined]  # nobody else has such a name
            app_log.error("the application did not start: %r", error, exc_info=error)
        asyncio.get_running_loop().call_soon(_exit)

    def stop(self) -> None:
        """Close the sockets on which nothing is accepted yet."""
        self._is_stopped = True
        for each in self._waiting:
            each.close()
        self._waiting.clear()

    def end_soon(self) -> None:
        """End the application soon: the server has stopped and has no connections any more."""
        if self._ending is not None or self._task is not None or self._lifespans.leave_nowait():
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return  # it has ended, or will be ended at exit, and the application with it
        self._ending = loop.create_task(self._lifespans.leave())

    async def end(self) -> None:
        """Wait for the end of the application, if nobody else serves it."""
        if self._ending is not None:
            await asyncio.shield(self._ending)
        elif not self._lifespans.leave_nowait():
            await self._lifespans.leave()


def _raise(error: BaseException) -> None:
    raise error


def _is_failure_of_child(error: BaseException) -> bool:
    """Return whether a forked process exits with an error, and so would be started again."""
    from tornado.process import task_id

    return isinstance(error, SystemExit) and bool(error.code) and task_id() is not None


def _exit() -> None:
    from tornado.process import task_id

    # With this status the parent does not start the child again, which could not start either.
    raise SystemExit(1 if task_id() is None else getattr(os, "EX_CONFIG", 78))
