"""A worker: one process with one loop and one server."""

from __future__ import annotations

import asyncio
import os
import signal
from typing import TYPE_CHECKING

from tornado.httpserver import HTTPServer, Lifespans
from tornado.log import app_log, gen_log

from .._channel import Message
from .._errors import ServeError
from .._tls import make_context
from ._loops import loop_factory
from ._probes import serve_probes
from ._source import wait_for_change, watch_source
from ._status import State, status

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from .._application._loading import Loaded
    from ._assignment import Assignment, Seat


class Worker:
    """A process that accepts connections until the master tells it to end."""

    def __init__(self, assignment: Assignment, seat: Seat, loaded: Loaded) -> None:
        self._settings = assignment.settings
        self._sockets = assignment.sockets
        self._channel = seat.channel
        self._loaded = loaded
        status.number = seat.number

    def run(self) -> int:
        """Serve until the end.

        :returns: the exit status.
        """
        self._channel.send_pid(os.getpid())
        try:
            factory = loop_factory(self._settings.processes.loop)
            with asyncio.Runner(loop_factory=factory) as runner:
                return runner.run(self._serve())
        except Exception as error:  # noqa: BLE001 - the application's own; it is logged
            return self._fail(error)

    def _fail(self, error: Exception) -> int:
        """Log why the worker cannot go on, and tell the master."""
        if status.state is not State.STARTING:
            app_log.error("the application did not end well: %r", error, exc_info=error)
            return 1
        if isinstance(error, ServeError):
            gen_log.error("%s", error)
        else:
            app_log.error("the application did not start: %r", error, exc_info=error)
        if self._settings.processes.reload:
            wait_for_change(error, [self._channel])
        self._channel.send(Message.FAILED)
        return 1

    async def _serve(self) -> int:
        self._end = asyncio.Event()
        #: Whether the whole server ends.
        self._is_last = False
        self._listen_to_master()
        delegate = self._loaded.delegate()
        server = HTTPServer(
            delegate, ssl_options=make_context(self._settings.tls), **self._settings.server
        )
        lifespans = Lifespans(delegate, server.close_all_connections)
        if not await self._start(lifespans.enter()):
            return 0
        server.add_sockets(self._sockets.application)
        probes = serve_probes(self._sockets.probes)
        watch_source(
            self._loaded.application, self._channel, is_wanted=self._settings.processes.reload
        )
        status.state = State.READY
        self._channel.send(Message.READY)
        await self._end.wait()
        if probes is not None and not self._is_last:
            probes.stop()  # others answer that they are ready
        await self._drain(server)
        await lifespans.leave()
        return 0

    async def _start(self, entering: Coroutine[object, object, None]) -> bool:
        """Start the application, unless the worker is to end meanwhile.

        :returns: whether it has started.
        :raises Exception: what the application raises.
        """
        start = asyncio.create_task(entering)
        end = asyncio.create_task(self._end.wait())
        await asyncio.wait([start, end], return_when=asyncio.FIRST_COMPLETED)
        end.cancel()
        if not start.done():
            start.cancel()
            await asyncio.wait([start])
            return False
        start.result()
        return True

    async def _drain(self, server: HTTPServer) -> None:
        """Finish what is under way."""
        status.state = State.DRAINING
        processes = self._settings.processes
        if self._is_last and processes.drain_delay:
            await asyncio.sleep(processes.drain_delay)
        late = await server.drain(processes.drain_timeout)
        if late:
            gen_log.warning(
                "worker %d: cut off %d requests that took longer than --drain-timeout",
                status.number,
                late,
            )

    # The end

    def _listen_to_master(self) -> None:
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, self._end.set)
        self._channel.socket.setblocking(False)
        loop.add_reader(self._channel.fileno(), self._receive)

    def _receive(self) -> None:
        messages = self._channel.receive()
        if messages is None:  # the master is gone
            asyncio.get_running_loop().remove_reader(self._channel.fileno())
            self._end.set()
        for message in messages or ():
            self._is_last = message is Message.STOP
            self._end.set()
