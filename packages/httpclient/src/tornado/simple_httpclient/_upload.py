"""Requests whose body does not simply follow the head."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tornado.escape import utf8
from tornado.httpclient._errors import RAISED
from tornado.iostream import StreamClosedError

if TYPE_CHECKING:
    import asyncio
    from collections.abc import AsyncIterator, Callable

    from tornado.httpclient._fetch._exchange import Exchange
    from tornado.iostream import IOStream

#: Seconds that the server may take to answer ``Expect: 100-continue``. Some never do, and RFC 9110
#: section 10.1.1 lets a client go on.
_CONTINUE_TIMEOUT = 1.0

#: How many bytes of a body are sent between two reports of progress.
_CHUNK_SIZE = 65536


class Upload:
    """The sending of a body that has a producer, waits for 100 (Continue), or reports its progress.

    :param fail: called with the exception of the producer.
    """

    #: True after the last byte was given to the stream.
    is_complete = False
    _task: asyncio.Task[None] | None = None
    _timer: asyncio.TimerHandle | None = None
    _left: int | None = None
    _sent = 0

    def __init__(
        self, stream: IOStream, exchange: Exchange, fail: Callable[[BaseException], None]
    ) -> None:
        self._stream = stream
        self._exchange = exchange
        self._fail = fail
        request = exchange.request
        if request.body is not None:
            self._left = len(request.body)
        elif "Content-Length" in request.headers:
            self._left = int(request.headers["Content-Length"])
        self._total = self._left

    def start(self, head: bytes) -> None:
        """Send the head, and the body right after it or when the server asks for it."""
        self._stream.write_nowait(head)
        if self._exchange.request.expect_100_continue:
            loop = self._exchange.fetch.loop
            self._timer = loop.call_later(_CONTINUE_TIMEOUT, self.send_body)
        else:
            self.send_body()

    def send_body(self) -> None:
        """Begin to send the body, unless that has begun."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._task is None and not self.is_complete:
            fetch = self._exchange.fetch
            self._task = fetch.loop.create_task(self._send(), context=fetch.context)

    def take_final_head(self) -> None:
        """Called when the server has answered: a body that still waits is not sent any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def stop(self) -> None:
        """Send no more."""
        if self._timer is not None:
            self._timer.cancel()
        task, self._task = self._task, None
        if task is not None:
            task.cancel()

    async def _send(self) -> None:
        try:
            await self._produce()
            self._end()
        except RAISED as error:  # it is raised where the fetch is awaited
            if self._task is not None:
                self._fail(error)

    async def _produce(self) -> None:
        request = self._exchange.request
        producer: Any = request.body_producer
        if producer is None:
            body = memoryview(request.body or b"")
            for start in range(0, len(body), _CHUNK_SIZE):
                await self._write(bytes(body[start : start + _CHUNK_SIZE]))
        elif hasattr(producer, "__aiter__"):
            await self._write_all(producer)
        else:
            returned = producer(self._write)
            if hasattr(returned, "__aiter__"):
                await self._write_all(returned)
            elif returned is not None:
                await returned

    async def _write_all(self, chunks: AsyncIterator[bytes | str]) -> None:
        async for chunk in chunks:
            await self._write(chunk)

    def _write(self, chunk: bytes | str) -> asyncio.Future[None]:
        data = utf8(chunk)
        if self._total is None:
            framed = b"%x\r\n%b\r\n" % (len(data), data) if data else b""
        else:
            self._left = (self._left or 0) - len(data)
            if self._left < 0:
                raise ValueError(f"the body is longer than its Content-Length of {self._total}")
            framed = data
        self._sent += len(data)
        progress = self._exchange.fetch.request.upload_progress
        if progress is not None:
            progress(self._sent, self._total)
        return self._stream.write(framed)

    def _end(self) -> None:
        if self._left:
            raise ValueError(
                f"the body is {self._left} bytes shorter than its Content-Length of {self._total}"
            )
        if self._total is None:
            if self._stream.closed():
                raise StreamClosedError
            self._stream.write_nowait(b"0\r\n\r\n")
        self.is_complete = True
