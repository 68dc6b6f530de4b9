"""The times by which a fetch, and each phase of it, has to be over.

The end of everything is watched by an alarm that the fetches of a client share; most need no more. A
phase with an earlier deadline has a timer. Going on to a phase with a later one leaves the timer as
it is: when it fires too early, it is set again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._alarms import RESOLUTION

if TYPE_CHECKING:
    import asyncio

    from ._alarms import Alarm, Alarms
    from ._request import HTTPRequest

#: The option that limits a phase, and the words for what happens in it.
_PHASES = {
    "prepare": ("request_timeout", "while preparing the request"),
    "connect": ("connect_timeout", "while connecting to"),
    "tls": ("tls_timeout", "during TLS handshake with"),
    "head": ("head_timeout", "while waiting for the head"),
    "body": ("body_timeout", "while receiving the body"),
}
_NEVER = float("inf")


class Deadlines:
    """What an exchange knows of time: the phase that it is in, and when that has to end."""

    #: Set by whoever derives from this.
    loop: asyncio.AbstractEventLoop
    alarms: Alarms
    request: HTTPRequest

    phase = ""
    #: The host whose addresses are being looked up, within the phase ``connect``.
    resolving: str | None = None
    _alarm: Alarm | None = None
    _timer: asyncio.TimerHandle | None = None
    _deadline = _NEVER
    _phase_deadline = _NEVER

    def enter(self, phase: str) -> None:
        """Go on to the next phase; the keys of the table above name them."""
        self.phase = phase
        seconds = getattr(self.request, _PHASES[phase][0])
        if phase == "tls" and not seconds:
            return  # that of the connection goes on
        if not seconds:
            self._phase_deadline = _NEVER
            return
        self._phase_deadline = when = self.loop.time() + seconds
        if when < self._deadline and (self._timer is None or when < self._timer.when()):
            self._stop_timer()
            self._timer = self.loop.call_at(when, self.check_time)

    def _leave_phase(self) -> None:
        """Go on without a limit but that for everything."""
        self._phase_deadline = _NEVER

    def _limit_queue(self) -> None:
        """Wait in line, for ``queue_timeout`` or the shorter one of the other limits."""
        request = self.request
        self.phase = "queue"
        limits = [request.connect_timeout, request.request_timeout]
        if request.queue_timeout is not None:
            limits = [request.queue_timeout]
        seconds = min((limit for limit in limits if limit), default=0.0)
        if seconds:
            self._timer = self.loop.call_later(seconds, self._queue_expired, seconds)

    def _queue_expired(self, seconds: float) -> None:
        self._time_out("queue", "Timeout in request queue", seconds)

    def _limit_whole(self, now: float) -> None:
        """Limit everything from now on by ``request_timeout``."""
        limit = self.request.request_timeout
        if not limit or limit == _NEVER:
            return
        self._deadline = deadline = now + limit
        self._alarm = alarm = self.alarms.get(limit) or self.alarms.make(limit)
        if alarm is not None:
            alarm.set(self, deadline)
        else:
            self._watch_whole()

    def _watch_whole(self) -> None:
        """Set the timer to the end of everything, once it has been stopped."""
        if self._deadline < _NEVER:
            self._timer = self.loop.call_at(self._deadline, self.check_time)

    def check_time(self) -> None:
        """See whether a deadline has passed; the timer may have been set for an earlier phase."""
        self._stop_timer()
        deadline = min(self._deadline, self._phase_deadline)
        if deadline > self.loop.time() + RESOLUTION:
            if deadline < _NEVER:
                self._timer = self.loop.call_at(deadline, self.check_time)
        else:
            self._expire(is_whole=self._deadline <= self._phase_deadline)

    def _expire(self, is_whole: bool) -> None:
        option, words = _PHASES[self.phase]
        if is_whole:
            seconds = self.request.request_timeout or 0.0
        else:
            seconds = getattr(self.request, option) or self.request.connect_timeout or 0.0
        if self.phase in {"connect", "tls"}:
            self._time_out(self.phase, f"Timeout {self._connecting(words)}", seconds)
        elif is_whole:
            self._time_out("whole", f"Timeout during request ({words})", seconds)
        else:
            self._time_out(self.phase, f"Timeout {words}", seconds)

    def _connecting(self, words: str) -> str:
        """Say what a connection is waiting for, in the words of `.TCPClient.connect`."""
        if self.resolving is not None and self.phase == "connect":
            return f"while resolving {self.resolving}"
        return f"{words} {self.peer()}"

    def peer(self) -> str:
        """Return the address of whom the phase concerns."""
        raise NotImplementedError

    def _time_out(self, phase: str, message: str, seconds: float) -> None:
        """End, because a deadline has passed."""
        raise NotImplementedError

    def _stop_watching(self) -> None:
        if self._alarm is not None:
            self._alarm.unset(self)
        if self._timer is not None:
            self._stop_timer()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
