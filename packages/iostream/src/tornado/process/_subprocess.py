"""Other programs, with their pipes as streams."""

from __future__ import annotations

import asyncio
import contextvars
import os
import subprocess
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar

from tornado.ioloop import IOLoop, chosen_loop
from tornado.iostream import PipeIOStream

if TYPE_CHECKING:
    from collections.abc import Callable


class _Watch:
    """A descriptor that tells a loop that a process has ended.

    Only the loop refers to it, so a loop that is closed first closes it too.
    """

    def __init__(
        self, descriptor: int, loop: asyncio.AbstractEventLoop, ended: Callable[[], None]
    ) -> None:
        self._descriptor = descriptor
        self._loop = loop
        self._ended = ended
        loop.add_reader(descriptor, self._on_end)

    def _on_end(self) -> None:
        self._loop.remove_reader(self._descriptor)
        self._ended()

    def __del__(self) -> None:
        os.close(self._descriptor)


class Subprocess:
    """A program that runs while the loop runs.

    The arguments are those of `subprocess.Popen`, with one addition: ``stdin``, ``stdout`` and
    ``stderr`` may be `Subprocess.STREAM`. The attribute of that name is a `.PipeIOStream` then, which
    the caller closes. Other attributes are ``proc`` (the Popen object), ``pid`` and ``returncode``
    (None while the program runs; -N if signal N has ended it).

    :param io_loop: classic: another loop of this thread, for the streams and the program's end.
    :raises OSError: if the program cannot be started.
    """

    STREAM: ClassVar[object] = object()

    stdin: Any
    stdout: Any
    stderr: Any
    returncode: int | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        chosen = chosen_loop(kwargs.pop("io_loop", None))
        self.io_loop = chosen or IOLoop.current()
        theirs: list[int] = []
        ours: dict[str, int] = {}
        try:
            for name in ("stdin", "stdout", "stderr"):
                if kwargs.get(name) is Subprocess.STREAM:
                    reading, writing = os.pipe()
                    child_end, ours[name] = (
                        (reading, writing) if name == "stdin" else (writing, reading)
                    )
                    kwargs[name] = child_end
                    theirs.append(child_end)
            self.proc = subprocess.Popen(*args, **kwargs)  # noqa: S603 - the caller's command
        except BaseException:
            for descriptor in ours.values():
                os.close(descriptor)
            raise
        finally:
            for descriptor in theirs:
                os.close(descriptor)
        self.pid = self.proc.pid
        for name in ("stdin", "stdout", "stderr"):
            own = (
                PipeIOStream(ours[name], io_loop=chosen)
                if name in ours
                else getattr(self.proc, name)
            )
            setattr(self, name, own)
        self._exit_callback: tuple[Callable[[int], Any], contextvars.Context] | None = None
        self._waiters: list[asyncio.Future[int]] = []
        self._is_watched = False

    def set_exit_callback(self, callback: Callable[[int], Any]) -> None:
        """Call ``callback(returncode)`` on the loop when the program has ended.

        A second call replaces the callback.
        """
        self._exit_callback = (callback, contextvars.copy_context())
        self._watch()

    def wait_for_exit(self, raise_error: bool = True) -> asyncio.Future[int]:
        """Wait until the program has ended.

        Cancelling the Future stops waiting, but not the program.

        :param raise_error: raise `subprocess.CalledProcessError` for a status other than 0.
        :returns: a Future of the exit status.
        """
        future: asyncio.Future[int] = asyncio.Future(loop=self.io_loop.asyncio_loop)
        ended: asyncio.Future[int] = asyncio.Future(loop=self.io_loop.asyncio_loop)

        def finish(ended: asyncio.Future[int]) -> None:
            status = ended.result()
            if future.done():
                return
            if status and raise_error:
                future.set_exception(subprocess.CalledProcessError(status, self.proc.args))
            else:
                future.set_result(status)

        ended.add_done_callback(finish)
        self._waiters.append(ended)
        self._watch()
        return future

    @classmethod
    def initialize(cls, io_loop: IOLoop | None = None) -> None:
        """Do nothing. Old versions needed it to notice that children have ended."""

    @classmethod
    def uninitialize(cls) -> None:
        """Do nothing; see `initialize`."""

    # The end of the program.

    def _watch(self) -> None:
        """Make sure that `_on_exit` is called on the loop."""
        if self.returncode is not None:
            self.io_loop.add_callback(self._announce)
        elif not self._is_watched:
            self._is_watched = True
            if not self._watch_by_descriptor():
                self._watch_by_thread()

    def _watch_by_descriptor(self) -> bool:
        """Let the loop watch the process itself, where the system can (Linux)."""
        if not hasattr(os, "pidfd_open"):
            return False
        try:
            descriptor = os.pidfd_open(self.pid)
        except OSError:
            return False  # an old kernel, or the process has been waited for already
        _Watch(descriptor, self.io_loop.asyncio_loop, lambda: self._on_exit(self.proc.wait()))
        return True

    def _watch_by_thread(self) -> None:
        """Let a thread wait for the process."""

        def wait() -> None:
            status = self.proc.wait()
            with suppress(RuntimeError):  # the loop is closed, and no callback can run
                self.io_loop.add_callback(self._on_exit, status)

        threading.Thread(target=wait, name=f"wait-for-{self.pid}", daemon=True).start()

    def _on_exit(self, status: int) -> None:
        self.returncode = status
        self._announce()

    def _announce(self) -> None:
        status = self.returncode
        if status is None:
            return
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            waiter.set_result(status)
        if self._exit_callback is not None:
            callback, context = self._exit_callback
            self._exit_callback = None
            context.run(self.io_loop.add_callback, callback, status)
