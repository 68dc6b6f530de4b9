"""The times by which a fetch, and each phase of it, has to be over.

The deadline of the whole fetch is watched by a timer that the fetches of a client share; most need
no other. A phase with an earlier deadline has a timer of its own. If the next phase has a later
deadline, that timer stays as it is: when it fires too early, it is set again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._errors import HTTPTimeoutError
from .._request._target import address_of
from ._shared_timers import RESOLUTION

if TYPE_CHECKING:
    import asyncio

    from .._request._request import HTTPRequest
    from .._request._target import Target
    from ._shared_timers import SharedTimer, SharedTimers

#: The option that limits a phase, and the words for what happens in it.
_PHASES = {
    "prepare": ("request_timeout", "while preparing the request"),
    "connect": ("connect_timeout", "while connecting to"),
    "tls": ("tls_timeout", "during TLS handshake with"),
    "head": ("head_timeout", "while waiting for the head"),
    "body": ("body_timeout", "while receiving the body"),
}
#: The phases whose timeouts have a text that programs compare; details are in a note.
_WITHOUT_DETAILS = frozenset({"queue", "connect", "tls"})
_NEVER = float("inf")


class Deadlines:
    """The part of a fetch that knows its phase, and when phase and fetch have to end."""

    #: Set by the subclass.
    loop: asyncio.AbstractEventLoop
    shared_timers: SharedTimers
    request: HTTPRequest
    #: Where the current request goes.
    target: Target

    phase = ""
    #: The host whose addresses are being looked up, within the phase ``connect``.
    resolving: str | None = None
    _shared_timer: SharedTimer | None = None
    _timer: asyncio.TimerHandle | None = None
    _deadline = _NEVER
    _phase_deadline = _NEVER

    def enter(self, phase: str) -> None:
        """Go on to the next phase.

        :param phase: a key of the table above.
        """
        self.phase = phase
        seconds = getattr(self.request, _PHASES[phase][0])
        if phase == "tls" and not seconds:
            return  # the deadline of the connection still holds
        if not seconds:
            self._phase_deadline = _NEVER
            return
        self._phase_deadline = when = self.loop.time() + seconds
        if when < self._deadline and (self._timer is None or when < self._timer.when()):
            self._stop_timer()
            self._timer = self.loop.call_at(when, self.check_time)

    def _leave_phase(self) -> None:
        """Go on without any limit but that of the whole fetch."""
        self._phase_deadline = _NEVER

    def _limit_queue(self) -> None:
        """Wait in the queue for ``queue_timeout``, or for the shorter one of the other limits."""
        request = self.request
        self.phase = "queue"
        limits = [request.connect_timeout, request.request_timeout]
        if request.queue_timeout is not None:
            limits = [request.queue_timeout]
        seconds = min((limit for limit in limits if limit), default=0.0)
        if seconds:
            self._timer = self.loop.call_later(seconds, self._time_out_in_queue, seconds)

    def _time_out_in_queue(self, seconds: float) -> None:
        self._time_out("queue", "Timeout in request queue", seconds)

    def _limit_whole(self, now: float) -> None:
        """Limit the whole fetch from now on by ``request_timeout``."""
        limit = self.request.request_timeout
        if not limit or limit == _NEVER:
            return
        self._deadline = deadline = now + limit
        self._shared_timer = timer = self.shared_timers.get(limit) or self.shared_timers.make(limit)
        if timer is not None:
            timer.add(self, deadline)
        else:
            self._watch_whole()

    def _watch_whole(self) -> None:
        """Set the fetch's own timer to the deadline of the whole fetch, after it was stopped."""
        if self._deadline < _NEVER:
            self._timer = self.loop.call_at(self._deadline, self.check_time)

    def check_time(self) -> None:
        """Time out if a deadline has passed; the timer may belong to an earlier phase."""
        self._stop_timer()
        deadline = min(self._deadline, self._phase_deadline)
        if deadline > self.loop.time() + RESOLUTION:
            if deadline < _NEVER:
                self._timer = self.loop.call_at(deadline, self.check_time)
        else:
            self._catch_up()
            self._time_out_in_phase(is_whole=self._deadline <= self._phase_deadline)

    def _time_out_in_phase(self, is_whole: bool) -> None:
        option, words = _PHASES[self.phase]
        if is_whole:
            seconds = self.request.request_timeout or 0.0
        else:
            seconds = getattr(self.request, option) or self.request.connect_timeout or 0.0
        if self.phase in {"connect", "tls"}:
            self._time_out(self.phase, f"Timeout {self._describe_connecting(words)}", seconds)
        elif is_whole:
            self._time_out("whole", f"Timeout during request ({words})", seconds)
        else:
            self._time_out(self.phase, f"Timeout {words}", seconds)

    def _describe_connecting(self, words: str) -> str:
        """Say what a connection is waiting for, in the words of `.TCPClient.connect`."""
        if self.resolving is not None and self.phase == "connect":
            return f"while resolving {self.resolving}"
        return f"{words} {self.peer()}"

    def peer(self) -> str:
        """Return the address that the phase is about."""
        raise NotImplementedError

    def _catch_up(self) -> None:
        """Called before the phase is looked at. Override to bring it up to date."""

    def _time_out(self, phase: str, message: str, seconds: float) -> None:
        """Called when a deadline has passed. Override to end the fetch."""
        raise NotImplementedError

    def _stop_watching(self) -> None:
        if self._shared_timer is not None:
            self._shared_timer.discard(self)
        if self._timer is not None:
            self._stop_timer()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def peer_of(request: HTTPRequest, target: Target, phase: str) -> str:
    """Return the address that a phase is about: TLS goes past a proxy to the target."""
    if phase != "tls":
        if request.proxy_host is not None:
            return address_of(request.proxy_host, request.proxy_port)
        if request.unix_socket is not None:
            return f"unix:{request.unix_socket}"
    return address_of(target.host, target.port)


def timeout_error(phase: str, message: str, seconds: float, authority: str) -> HTTPTimeoutError:
    """Return the error for a deadline.

    :param message: what the fetch was waiting for.
    :param seconds: how long it waited.
    """
    detail = f"after {seconds:g} seconds: {authority}"
    if phase in _WITHOUT_DETAILS:
        error = HTTPTimeoutError(message)
        error.add_note(detail)
    else:
        error = HTTPTimeoutError(f"{message} {detail}")
    error.phase = phase
    return error
