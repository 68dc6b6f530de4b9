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

NOTHING_WAITS = -1


class ServerDeadlines:
    """The deadlines of a connection; `HTTP1ServerConnection` has the rest of it."""

    __slots__ = (
        "_body_end",
        "_idle_time",
        "_needed",
        "_received",
        "_sweep",
        "_taken",
        "_write_time",
        "deadline",
    )

    if TYPE_CHECKING:
        deadline: float
        _sweep: Sweep
        _idle_time: float
        #: Bytes of the body that came, and how many of them had to when its pace was last seen.
        _received: int
        _needed: float
        _body_end: float
        #: Seconds within which a client must take something of what waits for it.
        _write_time: float
        #: Bytes that it had taken at the last look, if something waited then.
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
            self._refuse(ProtocolError("Timeout reading head", 408))
        elif phase is BODY and self._exchange is not None:
            self._check_body(self._exchange)
        elif phase is RESPONSE or self._choked:
            if not self._has_stalled():
                self.deadline = self._sweep.now + self._write_time
        elif phase is DRAIN:
            self._linger()
        else:
            self.stream.close()

    # The body.

    def _watch_delegate(self) -> None:
        """Look at what waits for the client while the delegate takes its time with the head.

        The delegate has as long as it likes. The deadlines of the body come behind it: it may
        choose them, and the client need not send before.
        """
        self._body_end = NEVER
        if self._phase is BODY:
            self.deadline = self._sweep.now + self._write_time

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

    def _watch_body_again(self) -> None:
        """Do not wait longer for a look than the body needs, now that the delegate takes it again."""
        if self._exchange is not None:
            before = self.deadline
            self._watch_body(self._min_rate(self._exchange))
            self.deadline = min(before, self.deadline)

    def _check_body(self, exchange: ServerExchange) -> None:
        if self._sweep.now >= self._body_end:
            self._refuse(ProtocolError("Timeout reading body", 408))
        elif self._waiting is not None:
            # The delegate holds the body up. It may be that it waits for the client to read.
            if not self._has_stalled():
                self.deadline = min(self._sweep.now + self._write_time, self._body_end)
        else:
            rate = self._min_rate(exchange)
            self._needed = _pace.needed(self._received, self._needed, rate)
            if self._received < self._needed:
                self._refuse(ProtocolError("Timeout reading body", 408))
            else:
                self._watch_body(rate)

    # The client's reading.

    def _watch_writes(self) -> None:
        """Set a deadline for a client that does not take what waits for it."""
        if self._phase is BODY:
            self._taken = NOTHING_WAITS  # the next look comes for the body, it may be too soon
        else:
            self._taken = self.stream.bytes_drained
            self.deadline = self._sweep.now + self._write_time

    def _has_stalled(self) -> bool:
        """Cut off a client that has taken nothing of what waited since the last look."""
        taken = self.stream.bytes_drained
        waiting = self.stream.write_buffer_size
        if waiting and taken == self._taken:
            gen_log.info("%s takes nothing of %d bytes, closing", self._peer(), waiting)
            self.stream.abort()
            return True
        self._taken = taken if waiting else NOTHING_WAITS
        return False
