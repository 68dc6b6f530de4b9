"""From the thread of an application to the loop, which alone may touch the connection."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from tornado.httputil import ResponseStartLine
from tornado.log import app_log

from ._errors import ClientDisconnectedError
from ._waiting import wait_for_loop

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from tornado.httputil import HTTPHeaders

    from ._file_wrapper import FileSlice


class Channel:
    """The way of a response from a thread to the connection of its request.

    The thread adds operations, the loop performs all that there are in one callback. The thread waits
    while more than a limit of bytes has not left, so a slow client holds up its own request only.

    :param limit: how many bytes may be on their way.
    :param on_end: called on the loop, once, when the response is complete or will never be.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        connection: Any,
        limit: int,
        on_end: Callable[[], object],
    ) -> None:
        self._loop = loop
        self._loop_thread = threading.get_ident()
        self._connection = connection
        self._limit = limit
        self._on_end: Callable[[], object] | None = on_end
        self._changed = threading.Condition(threading.Lock())
        self._operations: list[tuple[Callable[..., None], tuple[Any, ...]]] = []
        self._unsent = 0
        self._files_unsent = 0
        #: The client is gone, or will be closed.
        self.is_lost = False

    # The thread's side: the writer of a Response.

    def whole(self, status: int, reason: str, headers: HTTPHeaders, body: bytes) -> None:
        self._post(self._respond, status, reason, headers, body)

    def head(self, status: int, reason: str, headers: HTTPHeaders, piece: bytes) -> None:
        self._post(self._write_head, status, reason, headers, piece, size=len(piece))
        self._wait()

    def piece(self, piece: bytes) -> None:
        self._post(self._write, piece, size=len(piece))
        self._wait()

    def file(self, part: FileSlice) -> None:
        """Send a part of a file, and return when it has left."""
        self._files_unsent += 1
        self._post(self._write_file, part)
        self._wait()

    def finish(self) -> None:
        self._post(self._finish)

    def abort(self) -> None:
        self._post(self._abort)

    def _post(self, operation: Callable[..., None], *arguments: Any, size: int = 0) -> None:
        with self._changed:
            if self.is_lost:
                raise ClientDisconnectedError("the client has closed the connection")
            self._unsent += size
            self._operations.append((operation, arguments))
            if len(self._operations) > 1:
                return  # the loop knows
        try:
            self._loop.call_soon_threadsafe(self._perform)
        except RuntimeError as error:  # the loop is closed
            self.is_lost = True
            raise ClientDisconnectedError("the server has ended") from error

    def _wait(self) -> None:
        """Wait until there is room for more, or the file is sent."""
        if threading.get_ident() == self._loop_thread:
            return  # an executor without threads
        with self._changed:
            while not self.is_lost and (self._unsent > self._limit or self._files_unsent):
                self._wait_for_loop()
            if self.is_lost:
                raise ClientDisconnectedError("the client has closed the connection")

    def _wait_for_loop(self) -> None:
        try:
            wait_for_loop(self._changed, self._loop)
        except ClientDisconnectedError:
            self.is_lost = True
            raise

    @property
    def is_over(self) -> bool:
        """True if nobody waits for the response any more."""
        return self.is_lost or self._loop.is_closed()

    # The loop's side.

    def lose(self) -> None:
        """Stop the thread: nobody reads the response any more."""
        with self._changed:
            self.is_lost = True
            self._operations.clear()
            self._changed.notify_all()
        self._end()

    def _end(self) -> None:
        on_end, self._on_end = self._on_end, None
        if on_end is not None:
            on_end()

    def _perform(self) -> None:
        with self._changed:
            operations, self._operations = self._operations, []
        for operation, arguments in operations:
            if self.is_lost:
                return
            try:
                operation(*arguments)
            except Exception:  # noqa: BLE001 - logged; the response cannot go on
                app_log.error("a response of a WSGI application cannot be sent", exc_info=True)
                self._abort()

    def _respond(self, status: int, reason: str, headers: HTTPHeaders, body: bytes) -> None:
        send_whole(self._connection, status, reason, headers, body)
        self._end()

    def _write_head(self, status: int, reason: str, headers: HTTPHeaders, piece: bytes) -> None:
        line = ResponseStartLine("", status, reason)
        self._watch(self._connection.write_headers(line, headers, piece or None), len(piece))

    def _write(self, piece: bytes) -> None:
        self._watch(self._connection.write(piece), len(piece))

    def _write_file(self, part: FileSlice) -> None:
        sent = self._connection.write_file(*part)
        sent.add_done_callback(self._file_sent)

    def _file_sent(self, sent: asyncio.Future[None]) -> None:
        if not sent.cancelled():
            sent.exception()  # the close callback says it as well
        with self._changed:
            self._files_unsent -= 1
            self._changed.notify_all()

    def _watch(self, sent: asyncio.Future[None], size: int) -> None:
        if sent.done():
            self._count_sent(sent, size)
        else:
            sent.add_done_callback(lambda sent: self._count_sent(sent, size))

    def _count_sent(self, sent: asyncio.Future[None], size: int) -> None:
        if not sent.cancelled():
            sent.exception()  # as above
        with self._changed:
            self._unsent -= size
            self._changed.notify_all()

    def _finish(self) -> None:
        self._connection.finish()
        self._end()

    def _abort(self) -> None:
        self._connection.close()
        self.lose()


def send_whole(
    connection: Any, status: int, reason: str, headers: HTTPHeaders, body: bytes
) -> asyncio.Future[None] | None:
    """Send a whole response.

    A response without a body keeps the fields that describe one: those of HEAD have the length of
    what GET would get.
    """
    if body:
        responded: asyncio.Future[None] = connection.respond(status, reason, headers, body)
        return responded
    sent: asyncio.Future[None] = connection.write_headers(
        ResponseStartLine("", status, reason), headers
    )
    connection.finish()
    return sent
