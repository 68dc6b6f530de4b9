"""What is decided when a deadline of a connection passes, without a connection."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from tornado.http1connection import HTTP1ConnectionParameters
from tornado.http1connection._server._deadlines import (
    NOTHING_WAITS,
    RATE_WINDOW,
    ServerDeadlines,
    required_bytes,
)
from tornado.http1connection._server._sweep import NEVER
from tornado.http1connection._state import ConnectionState

NOW = 100.0
TICK = 1.0
IDLE_TIME = 40.0
WRITE_TIME = 7.0


class Stream:
    def __init__(self, *, drained=0, waiting=0):
        self.bytes_drained = drained
        self.write_buffer_size = waiting
        self.calls = []

    def abort(self):
        self.calls.append("abort")

    def close(self):
        self.calls.append("close")


class Connection(ServerDeadlines):
    """A connection that only notes what becomes of it.

    :param waiting: whether the delegate holds up the body.
    """

    def __init__(
        self, state, *, drained=0, waits=0, body_timeout=None, min_body_rate=None, holds_up=False
    ):
        self.calls = []
        self.deadline = NEVER
        self.params = HTTP1ConnectionParameters(min_body_rate=100)
        self.stream = Stream(drained=drained, waiting=waits)
        self._sweep = SimpleNamespace(now=NOW, after=lambda timeout: NOW + TICK + timeout)
        self._idle_time = IDLE_TIME
        self._write_time = WRITE_TIME
        self._received = 0
        self._required = 0.0
        self._body_end = NEVER
        self._drained = NOTHING_WAITS
        self._state = state
        self._is_write_paused = False
        self._exchange = SimpleNamespace(body_timeout=body_timeout, min_body_rate=min_body_rate)
        self._waiting = object() if holds_up else None

    def _refuse(self, error):
        self.calls.append((str(error), error.status))

    def _linger(self):
        self.calls.append("linger")

    def _peer(self):
        return "the peer"

    def pass_deadline(self):
        """Return everything that was done about it."""
        self.deadline = NEVER
        self.deadline_passed()
        return self.calls + self.stream.calls


BODY = ConnectionState.BODY


@pytest.mark.parametrize(
    ("state", "calls"),
    [
        (ConnectionState.IDLE, ["close"]),
        (ConnectionState.HEAD, "refused"),
        (ConnectionState.DISPATCH, []),
        (ConnectionState.RESPONSE, []),
        (ConnectionState.ANSWERED, []),
        (ConnectionState.DRAIN, ["linger"]),
    ],
)
def test_a_deadline_means_something_in_each_state(state, calls):
    connection = Connection(state)
    found = connection.pass_deadline()
    if calls == "refused":
        assert [code for _, code in found] == [408]
        assert "head" in found[0][0]
    else:
        assert found == calls
    assert connection.deadline == (NEVER if calls else NOW + WRITE_TIME)


@pytest.mark.parametrize("state", [ConnectionState.IDLE, ConnectionState.DRAIN])
def test_a_paused_connection_is_checked_for_reading_first(state):
    connection = Connection(state)
    connection._is_write_paused = True
    assert connection.pass_deadline() == []
    assert connection.deadline == NOW + WRITE_TIME


def test_a_body_without_an_exchange_closes():
    connection = Connection(BODY)
    connection._exchange = None
    assert connection.pass_deadline() == ["close"]


# A client that does not read.


@pytest.mark.parametrize(
    ("drained_before", "drained", "waits", "is_closed"),
    [(5, 5, 1, True), (5, 6, 1, False), (5, 5, 0, False), (NOTHING_WAITS, 0, 1, False)],
)
def test_a_client_that_takes_nothing_of_what_waits_is_cut_off(
    drained_before, drained, waits, is_closed, caplog
):
    caplog.set_level("INFO")
    connection = Connection(ConnectionState.RESPONSE, drained=drained, waits=waits)
    connection._drained = drained_before
    assert connection.pass_deadline() == (["abort"] if is_closed else [])
    assert len(caplog.records) == is_closed
    if is_closed:
        assert connection.deadline == NEVER
    else:
        assert connection._drained == (drained if waits else NOTHING_WAITS)
        assert connection.deadline == NOW + WRITE_TIME


@pytest.mark.parametrize("state", [ConnectionState.RESPONSE, ConnectionState.IDLE])
def test_a_check_of_reading_begins_with_what_is_drained_now(state):
    connection = Connection(state, drained=5, waits=1)
    connection._watch_writes()
    assert connection.deadline == NOW + WRITE_TIME
    connection._is_write_paused = True
    assert connection.pass_deadline() == ["abort"]


def test_a_check_of_reading_does_not_put_off_that_of_a_body():
    connection = Connection(BODY, drained=5, waits=1, holds_up=True)
    connection._drained = 5  # of an earlier check
    connection.deadline = NOW + 1
    connection._watch_writes()
    assert connection.deadline == NOW + 1
    assert connection.pass_deadline() == []  # the first check may come at once
    assert connection.pass_deadline() == ["abort"]


# A body.


@pytest.mark.parametrize(
    ("state", "deadline"), [(BODY, NOW + WRITE_TIME), (ConnectionState.DISPATCH, 3.0)]
)
def test_a_body_has_no_deadline_before_the_delegate_has_taken_the_head(state, deadline):
    connection = Connection(state)
    connection.deadline, connection._body_end = 3.0, 3.0
    connection._watch_delegate()
    assert (connection.deadline, connection._body_end) == (deadline, NEVER)


@pytest.mark.parametrize(
    ("timeout", "rate", "deadline"),
    [
        (None, None, RATE_WINDOW),
        (None, 5, RATE_WINDOW),
        (None, 0, IDLE_TIME),
        (3, None, 3),
        (30, None, RATE_WINDOW),
        (30, 0, 30),
        (50, 0, IDLE_TIME),
    ],
)
def test_the_first_check_of_a_body(timeout, rate, deadline):
    connection = Connection(BODY, body_timeout=timeout, min_body_rate=rate)
    connection._time_body(connection._exchange)
    assert connection.deadline == NOW + TICK + deadline
    assert connection._body_end == (NEVER if timeout is None else NOW + TICK + timeout)


@pytest.mark.parametrize(("rate", "required"), [(None, 1000), (5, 50)])
def test_the_rate_is_that_of_the_exchange_or_of_the_server_from_the_second_window_on(
    rate, required
):
    connection = Connection(BODY, min_body_rate=rate)
    connection._time_body(connection._exchange)
    connection._received = 1
    assert connection.pass_deadline() == []
    assert connection.deadline == NOW + TICK + RATE_WINDOW
    connection._received = required + 1  # a byte more than the window asks for
    assert connection.pass_deadline() == []
    connection._received = 2 * required - 1
    assert [code for _, code in connection.pass_deadline()] == [408]


def test_a_body_that_is_as_quick_as_it_must_be_goes_on():
    connection = Connection(BODY)
    connection._required = 1000.0
    connection._received = 2000
    assert connection.pass_deadline() == []
    assert connection.deadline == NOW + TICK + RATE_WINDOW


@pytest.mark.parametrize("holds_up", [False, True])
@pytest.mark.parametrize(("end", "is_late"), [(NOW - 1, True), (NOW, True), (NOW + 1, False)])
def test_a_body_ends_at_its_deadline_however_it_comes(end, is_late, holds_up):
    connection = Connection(BODY, holds_up=holds_up)
    connection._received = 10_000
    connection._body_end = end
    calls = connection.pass_deadline()
    if is_late:
        assert [code for _, code in calls] == [408]
        assert "body" in calls[0][0]
    else:
        assert calls == []
        assert connection.deadline == end


def test_a_body_that_the_delegate_holds_up_has_no_rate():
    connection = Connection(BODY, holds_up=True)
    connection._required = 1000.0
    assert connection.pass_deadline() == []
    assert connection.deadline == NOW + WRITE_TIME


@pytest.mark.parametrize(
    ("before", "deadline"), [(NOW + 2, NOW + 2), (NEVER, NOW + TICK + RATE_WINDOW)]
)
def test_a_body_that_is_taken_again_is_checked_no_later_than_before(before, deadline):
    connection = Connection(BODY)
    connection.deadline = before
    connection._watch_body_again()
    assert connection.deadline == deadline


def test_nothing_is_checked_again_after_the_exchange():
    connection = Connection(BODY)
    connection._exchange = None
    connection.deadline = 3.0
    connection._watch_body_again()
    assert connection.deadline == 3.0


@pytest.mark.parametrize(
    ("received", "required_before", "rate", "required"),
    [
        (0, 0, 0, 1),  # without a rate, a byte per window
        (7, 3, 0, 7),  # of which none is given for what came earlier
        (0, 0, 100, 1_000),
        (1_000, 1_000, 100, 2_000),
        (8_000, 1_000, 100, 2_000),
        (9_000, 1_000, 100, 3_000),  # it may be silent for a minute and no longer
        (1_000_000, 1_000, 100, 994_000),
    ],
)
def test_s8_the_bytes_that_have_to_come(received, required_before, rate, required):
    assert required_bytes(received, required_before, rate) == required
