"""A request whose body does not simply follow its head."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tornado.escape import utf8
from tornado.httpclient._failure import RAISED
from tornado.iostream import StreamClosedError

if TYPE_CHECKING:
    import asyncio
    from collections.abc import AsyncIterator, Callable

    from tornado.httpclient._exchange import Exchange
    from tornado.iostream import IOStream

#: How long the server may take to answer ``Expect: 100-continue``. Some never do, and RFC 9110
#: section 10.1.1 lets a client go on.
_CONTINUE_TIMEOUT = 1.0

#: How much of a body is sent between two reports of progress.
_PIECE = 65536


class Upload:
    """Send a body that a producer makes, that waits for 100 (Continue), or that is reported on.

    :param failed: gets what the producer raised.
    """

    #: True once the last byte was given to the stream.
    is_complete = False
    _task: asyncio.Task[None] | None = None
    _timer: asyncio.TimerHandle | None = None
    _left: int | None = None
    _sent = 0

    def __init__(
        self, stream: IOStream, exchange: Exchange, failed: Callable[[BaseException], None]
    ) -> None:
        self._stream = stream
        self._exchange = exchange
        self._failed = failed
        hop = exchange.hop
        if hop.body is not None:
            self._left = len(hop.body)
        elif "Content-Length" in hop.headers:
            self._left = int(hop.headers["Content-Length"])
        self._total = self._left

    def start(self, head: bytes) -> None:
        """Send the head, and the body behind it or when the server asks for it."""
        self._stream.write_nowait(head)
        if self._exchange.hop.expect_100_continue:
            self._timer = self._exchange.loop.call_later(_CONTINUE_TIMEOUT, self.go_on)
        else:
            self.go_on()

    def go_on(self) -> None:
        """Send the body now, if it is not on its way."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._task is None and not self.is_complete:
            exchange = self._exchange
            self._task = exchange.loop.create_task(self._send(), context=exchange.context)

    def take_final_head(self) -> None:
        """Take note that the server has decided: a body that still waits is not sent any more."""
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
        except RAISED as error:  # it goes to whoever awaits the fetch
            if self._task is not None:
                self._failed(error)

    async def _produce(self) -> None:
        hop = self._exchange.hop
        producer: Any = hop.body_producer
        if producer is None:
            body = memoryview(hop.body or b"")
            for at in range(0, len(body), _PIECE):
                await self._write(bytes(body[at : at + _PIECE]))
        elif hasattr(producer, "__aiter__"):
            await self._write_all(producer)
        else:
            returned = producer(self._write)
            if hasattr(returned, "__aiter__"):
                await self._write_all(returned)
            elif returned is not None:
                await returned

    async def _write_all(self, pieces: AsyncIterator[bytes | str]) -> None:
        async for piece in pieces:
            await self._write(piece)

    def _write(self, piece: bytes | str) -> asyncio.Future[None]:
        data = utf8(piece)
        if self._total is None:
            framed = b"%x\r\n%b\r\n" % (len(data), data) if data else b""
        else:
            self._left = (self._left or 0) - len(data)
            if self._left < 0:
                raise ValueError(f"the body is longer than its Content-Length of {self._total}")
            framed = data
        self._sent += len(data)
        if self._exchange.request.upload_progress is not None:
            self._exchange.request.upload_progress(self._sent, self._total)
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
