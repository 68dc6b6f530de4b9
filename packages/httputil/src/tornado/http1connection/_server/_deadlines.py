"""What a server's connection does about a client that is slow: with its head, its body, its reading.

The sweep compares ``deadline`` with the clock from time to time. A deadline that passes either ends
the connection, or is a check of how far the client has come, which sets the next one.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from .._errors import ProtocolError
from .._state import BODY, DRAIN, HEAD, RESPONDING
from ._sweep import NEVER

if TYPE_CHECKING:
    import asyncio

    from tornado.httputil import HTTPInputError
    from tornado.iostream import IOStream

    from .._parameters import HTTP1ConnectionParameters
    from .._state import ConnectionState
    from ._exchange import ServerExchange
    from ._sweep import Sweep

gen_log = logging.getLogger("tornado.general")

NOTHING_WAITS = -1

#: Seconds between two checks of the rate of a body.
RATE_WINDOW = 10.0

#: So many windows may pass without a byte, if the body was quick before.
LONGEST_PAUSE = 6


def required_bytes(received: int, required_before: float, rate: int) -> float:
    """Return the number of bytes that must have come by the end of a window.

    The rate holds for the whole body so far. A client that was quicker before may pause, as clients
    do that drive through a tunnel, but not for longer than ``LONGEST_PAUSE``: otherwise a quick
    beginning would pay for days of silence.

    :param received: the bytes that have come.
    :param required_before: how many had to by the end of the window before.
    :param rate: bytes per second; 0 asks for one byte per window.
    """
    step = rate * RATE_WINDOW
    return max(required_before + max(1, step), received - step * LONGEST_PAUSE)


class ServerDeadlines:
    """The deadlines of a connection; `HTTP1ServerConnection` has the rest of it."""

    __slots__ = (
        "_body_end",
        "_drained",
        "_idle_time",
        "_received",
        "_required",
        "_sweep",
        "_write_time",
        "deadline",
    )

    if TYPE_CHECKING:
        deadline: float
        _sweep: Sweep
        _idle_time: float
        #: Bytes of the body that came, and how many had to when its rate was last checked.
        _received: int
        _required: float
        _body_end: float
        #: Seconds within which a client must take something of what waits for it.
        _write_time: float
        #: Bytes that it had taken at the last check, if something waited then.
        _drained: int

        params: HTTP1ConnectionParameters
        stream: IOStream
        _state: ConnectionState
        _is_write_paused: bool
        _exchange: ServerExchange | None
        _waiting: asyncio.Future[None] | None

        def _refuse(self, error: HTTPInputError) -> None: ...
        def _linger(self) -> None: ...
        def _peer(self) -> str: ...

    def deadline_passed(self) -> None:
        """Act on a deadline; called by the sweep."""
        state = self._state
        if state is HEAD:
            self._refuse(ProtocolError("Timeout reading head", 408))
        elif state is BODY and self._exchange is not None:
            self._check_body(self._exchange)
        elif state in RESPONDING or self._is_write_paused:
            if not self._close_stalled():
                self.deadline = self._sweep.now + self._write_time
        elif state is DRAIN:
            self._linger()
        else:
            self.stream.close()

    # The body.

    def _watch_delegate(self) -> None:
        """Check what waits for the client while the delegate takes its time with the head.

        The delegate has as long as it likes. The deadlines of the body begin after that: it may
        choose them, and the client need not send before.
        """
        self._body_end = NEVER
        if self._state is BODY:
            self.deadline = self._sweep.now + self._write_time

    def _time_body(self, exchange: ServerExchange) -> None:
        """Begin to check how a body comes."""
        timeout = exchange.body_timeout
        self._body_end = NEVER if timeout is None else self._sweep.after(timeout)
        rate = self._min_rate(exchange)
        self._required = -rate * RATE_WINDOW  # nothing is required in the first window
        self._watch_body(rate)

    def _min_rate(self, exchange: ServerExchange) -> int:
        rate = exchange.min_body_rate
        return self.params.min_body_rate if rate is None else rate

    def _watch_body(self, rate: int) -> None:
        """Set a deadline for more of a body: without a minimum rate it must come at all."""
        check = self._sweep.after(RATE_WINDOW if rate else self._idle_time)
        self.deadline = min(check, self._body_end)

    def _watch_body_again(self) -> None:
        """Check no later than the body needs, now that the delegate takes it again."""
        if self._exchange is not None:
            before = self.deadline
            self._watch_body(self._min_rate(self._exchange))
            self.deadline = min(before, self.deadline)

    def _check_body(self, exchange: ServerExchange) -> None:
        if self._sweep.now >= self._body_end:
            self._refuse(ProtocolError("Timeout reading body", 408))
        elif self._waiting is not None:
            # The delegate holds the body up. It may be that it waits for the client to read.
            if not self._close_stalled():
                self.deadline = min(self._sweep.now + self._write_time, self._body_end)
        else:
            rate = self._min_rate(exchange)
            self._required = required_bytes(self._received, self._required, rate)
            if self._received < self._required:
                self._refuse(ProtocolError("Timeout reading body", 408))
            else:
                self._watch_body(rate)

    # The client's reading.

    def _watch_writes(self) -> None:
        """Set a deadline for a client that does not take what waits for it."""
        if self._state is BODY:
            self._drained = NOTHING_WAITS  # the next check is for the body, it may be too soon
        else:
            self._drained = self.stream.bytes_drained
            self.deadline = self._sweep.now + self._write_time

    def _close_stalled(self) -> bool:
        """Close if the client has taken nothing of what waited since the last check.

        :returns: whether that is so.
        """
        drained = self.stream.bytes_drained
        waiting = self.stream.write_buffer_size
        if waiting and drained == self._drained:
            gen_log.info("%s takes nothing of %d bytes, closing", self._peer(), waiting)
            self.stream.abort()
            return True
        self._drained = drained if waiting else NOTHING_WAITS
        return False
