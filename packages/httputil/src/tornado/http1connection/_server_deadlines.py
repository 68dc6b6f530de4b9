"""What a server's connection does when a client is too slow: with its head, its body, its reading.

The sweep looks at ``deadline`` from time to time. A deadline that passes is either the end of the
connection or a look at how far the client has come, which sets the next one.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from . import _pace
from ._errors import ProtocolError
from ._phase import BODY, DRAIN, HEAD, RESPONSE
from ._sweep import NEVER

if TYPE_CHECKING:
    import asyncio

    from tornado.httputil import HTTPInputError
    from tornado.iostream import IOStream

    from ._parameters import HTTP1ConnectionParameters
    from ._phase import Phase
    from ._server_exchange import ServerExchange
    from ._sweep import Sweep

gen_log = logging.getLogger("tornado.general")


class ServerDeadlines:
    """The deadlines of a connection; `HTTP1ServerConnection` has the rest of it."""

    __slots__ = ("_body_end", "_idle_time", "_needed", "_received", "_sweep", "_taken", "deadline")

    if TYPE_CHECKING:
        deadline: float
        _sweep: Sweep
        _idle_time: float
        #: Bytes of the body that came, and how many of them had to when its pace was last seen.
        _received: int
        _needed: float
        _body_end: float
        _taken: int

        params: HTTP1ConnectionParameters
        stream: IOStream
        _phase: Phase
        _choked: bool
        _exchange: ServerExchange | None
        _waiting: asyncio.Future[None] | None

        def _refuse(self, error: HTTPInputError) -> None: ...
        def _linger(self) -> None: ...
        def _peer(self) -> str: ...

    def deadline_passed(self) -> None:
        """Act on a deadline; called by the sweep."""
        phase = self._phase
        if phase is HEAD:
            self._refuse(ProtocolError("the head took too long", 408))
        elif phase is BODY and self._exchange is not None:
            self._check_body(self._exchange)
        elif phase is RESPONSE or self._choked:
            self._check_write_stall()
        elif phase is DRAIN:
            self._linger()
        else:
            self.stream.close()

    def _time_body(self, exchange: ServerExchange) -> None:
        """Begin to watch how a body comes."""
        timeout = exchange.body_timeout
        self._body_end = NEVER if timeout is None else self._sweep.after(timeout)
        rate = self._min_rate(exchange)
        self._needed = -rate * _pace.WINDOW  # the first window is for free
        self._watch_body(rate)

    def _min_rate(self, exchange: ServerExchange) -> int:
        rate = exchange.min_body_rate
        return self.params.min_body_rate if rate is None else rate

    def _watch_body(self, rate: int) -> None:
        """Set a deadline for more of a body: without a minimum rate it must come at all."""
        look = self._sweep.after(_pace.WINDOW if rate else self._idle_time)
        self.deadline = min(look, self._body_end)

    def _check_body(self, exchange: ServerExchange) -> None:
        rate = self._min_rate(exchange)
        if self._waiting is None:  # else it is the delegate who holds the body up
            self._needed = _pace.needed(self._received, self._needed, rate)
        if self._received < self._needed or self._sweep.now >= self._body_end:
            self._refuse(ProtocolError("the body took too long", 408))
        else:
            self._watch_body(rate)

    def _watch_writes(self) -> None:
        """Set a deadline for a client that takes nothing."""
        timeout = self.params.write_timeout
        self._taken = self.stream._total_write_done_index
        if timeout is not None and self._phase is not BODY:
            self.deadline = self._sweep.after(timeout)

    def _check_write_stall(self) -> None:
        waiting = self.stream.write_buffer_size
        if waiting and self.stream._total_write_done_index == self._taken:
            gen_log.info("%s takes nothing of %d bytes, closing", self._peer(), waiting)
            self.stream.abort()
        elif waiting:
            self._watch_writes()
