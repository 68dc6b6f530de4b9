"""A descriptor on a loop: when it is watched, and how it is closed."""

from __future__ import annotations

import contextvars
import errno
import logging
import sys
from typing import TYPE_CHECKING, Any, Protocol

from tornado.ioloop import (
    IOLoop,
    close_with_loop,
    current_asyncio_loop,
    ioloop_of,
    running_asyncio_loop,
)

from ._errors import StreamClosedError

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Iterable

    from ._protocol import StreamProtocol

gen_log = logging.getLogger("tornado.general")
app_log = logging.getLogger("tornado.application")

READ = 1
WRITE = 2


class Owner(Protocol):
    """An object that counts open streams, such as a server with limits."""

    def stream_closed(self, stream: Any) -> None:
        """Take note that the stream is closed."""

    def stream_replaced(self, old: Any, new: Any) -> None:
        """Take note that the connection goes on as another stream."""


class Lifecycle:
    """The part of a stream that belongs to a loop, is watched, and closes.

    Theory of operation. State that every message looks at is set in the instance from the beginning
    and has no default in the class: with a default, the interpreter cannot know where to find the
    attribute, and a look costs several times as much. All other state has its default in the class.
    An instance gets such an attribute only when the value differs, which keeps an idle connection
    small.

    The descriptor's reader is registered with the asyncio loop when something first waits for input
    and then stays, because a system call per read costs more than the read. It is removed only when
    bytes arrive that nobody wants yet. The writer is registered only while written bytes wait.
    """

    #: What closed the stream, or None.
    error: BaseException | None = None

    _watched_fd: int = -1
    _owner: Owner | None = None
    #: The protocol that has given the input away for a while, see `_borrow_input`.
    _lender: StreamProtocol | None = None
    _close_callback: tuple[Callable[[], Any], contextvars.Context] | None = None

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._interest = 0
        self._closed = False
        self._protocol: StreamProtocol | None = None

    # The descriptor: subclasses for other kinds of descriptors override these.

    def fileno(self) -> int:
        """Return the file descriptor that the loop watches."""
        raise NotImplementedError

    def close_fd(self) -> None:
        """Close the descriptor. Called once, by `close`."""
        raise NotImplementedError

    def get_fd_error(self) -> Exception | None:
        """Return the error that is pending on the descriptor, or None."""
        return None

    def _is_peer_gone(self, error: BaseException) -> bool:
        """Tell whether an error only says that the peer has left, which is not worth a line in the log."""
        return isinstance(error, ConnectionError) or getattr(error, "errno", 0) == errno.ENOTCONN

    # The loop.

    @property
    def io_loop(self) -> IOLoop:
        """The `.IOLoop` of this stream: the current one when it is first needed."""
        loop = self._loop
        return (loop and ioloop_of(loop)) or IOLoop.current()

    def _get_loop(self) -> asyncio.AbstractEventLoop:
        """Return the asyncio loop, which is the current one when it is first needed."""
        loop = self._loop
        if loop is None:
            loop = running_asyncio_loop() or current_asyncio_loop()
            self._set_loop(loop)
        return loop

    def _set_loop(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        close_with_loop(self, loop)

    def _watch_input(self) -> None:
        if not self._interest & READ:
            fd = self.fileno()
            self._get_loop().add_reader(fd, self._on_readable)
            self._watched_fd = fd
            self._interest |= READ

    def _ignore_input(self) -> None:
        if self._interest & READ:
            self._get_loop().remove_reader(self._watched_fd)
            self._interest &= ~READ

    def _watch_output(self) -> None:
        if not self._interest & WRITE:
            fd = self.fileno()
            self._get_loop().add_writer(fd, self._on_writable)
            self._watched_fd = fd
            self._interest |= WRITE

    def _ignore_output(self) -> None:
        if self._interest & WRITE:
            self._get_loop().remove_writer(self._watched_fd)
            self._interest &= ~WRITE

    def _on_readable(self) -> None:
        raise NotImplementedError

    def _on_writable(self) -> None:
        raise NotImplementedError

    # The end.

    def closed(self) -> bool:
        """Return true once the stream is closed."""
        return self._closed

    def set_close_callback(self, callback: Callable[[], Any] | None) -> None:
        """Call ``callback()`` on the loop once the stream is closed, for whatever reason.

        With a callback, a stream that nobody reads watches for the peer's close. Bytes that are
        buffered when the peer closes must be read first. None removes the callback. On a stream
        that is closed already, nothing is called: ask `closed` first.
        """
        if callback is None or self._closed:
            self._close_callback = None
            return
        self._close_callback = (callback, contextvars.copy_context())
        self._watch_for_close()

    def close(self, exc_info: object = False) -> None:
        """Close the stream at once.

        Bytes that are written but not sent yet are dropped: await the last `write`, or use
        `close_when_written`. Pending reads and writes raise `StreamClosedError`, except
        `read_until_close`, which gets what there is. Bytes that arrived can still be read.

        :param exc_info: what to record as `error`: an exception, an ``exc_info`` tuple, or true
            for the exception that is being handled.
        """
        if self._closed:
            return
        self._send_last()
        self._closed = True
        if exc_info:
            self.error = _to_exception(exc_info)
        if self._loop is not None and self._loop.is_closed():
            self.close_fd()  # no callback can run any more
            return
        self._ignore_input()
        self._ignore_output()
        self.close_fd()
        owner, self._owner = self._owner, None
        if owner is not None:
            owner.stream_closed(self)
        self._finish_operations()
        protocol = self._protocol or self._lender
        if protocol is not None:
            self._protocol = self._lender = None
            self._get_loop().call_soon(protocol.connection_lost, self.error)
        self._call_close_callback()

    def abort(self) -> None:
        """Close the stream at once, whatever is pending, as the transports of asyncio do."""
        self.close()

    def _check_closed(self) -> None:
        if self._closed:
            raise StreamClosedError(real_error=self.error)

    def _fail_all(self, futures: Iterable[asyncio.Future[Any]]) -> None:
        """Raise StreamClosedError in the futures that somebody waits for."""
        for future in futures:
            if not future.done():
                future.set_exception(StreamClosedError(real_error=self.error))
                future.exception()  # asyncio logs no failure of a future that nobody awaits

    def _tell_protocol(self, method: Callable[..., Any], *arguments: object) -> Any:
        try:
            return method(*arguments)
        except Exception as error:  # noqa: BLE001 - reported once, and the connection ends
            self._protocol_failed(error)
            return None

    def _protocol_failed(self, error: Exception) -> None:
        app_log.error(
            "Uncaught exception, closing connection: protocol of %r", self, exc_info=error
        )
        self.close(exc_info=error)

    def _send_last(self) -> None:
        """Send what was to leave at the end of this turn of the loop."""

    def _finish_operations(self) -> None:
        """End everything that waits for this stream. Subclasses add what they have."""

    def _watch_for_close(self) -> None:
        """Watch for the close by the peer although nobody reads."""

    def _call_close_callback(self) -> None:
        if self._close_callback is None:
            return
        callback, context = self._close_callback
        self._close_callback = None
        context.run(self.io_loop.add_callback, callback)


def _to_exception(exc_info: object) -> BaseException | None:
    if isinstance(exc_info, BaseException):
        return exc_info
    if isinstance(exc_info, tuple):
        return exc_info[1] if isinstance(exc_info[1], BaseException) else None
    return sys.exc_info()[1]
