"""One timer for the deadlines of many connections."""

from __future__ import annotations

import asyncio
import math

import pytest

from tornado.http1connection._server._sweep import NEVER, Sweep, sweep_of, use_sweep


class Connection:
    """Something with a deadline that notes when it passes."""

    def __init__(self, deadline: float = NEVER) -> None:
        self.deadline = deadline
        self.passed: list[float] = []

    def deadline_passed(self) -> None:
        self.passed.append(self.deadline)


class Broken(Connection):
    def deadline_passed(self) -> None:
        super().deadline_passed()
        raise ZeroDivisionError


@pytest.fixture
def sweep(clock):
    loop = asyncio.new_event_loop()
    yield Sweep(loop, clock)
    loop.close()


@pytest.mark.parametrize(
    ("timeout", "tick"),
    [(0.001, 0.005), (0.04, 0.005), (0.08, 0.01), (0.8, 0.1), (8, 1), (80, 1), (NEVER, 1)],
)
def test_a_sweep_comes_eight_times_within_the_shortest_timeout(sweep, clock, timeout, tick):
    assert clock.delays == []
    sweep.add(Connection(), timeout)
    assert clock.delays == [pytest.approx(tick)]
    assert sweep.after(5) == pytest.approx(clock.now + tick + 5)
    for _ in range(3):
        clock.turn(tick)
        assert clock.delays == [pytest.approx(tick)]


def test_a_deadline_may_be_asked_for_before_anything_is_watched(sweep, clock):
    assert sweep.after(5) == clock.now + 1 + 5  # at most the longest tick late


def test_a_shorter_timeout_makes_it_more_frequent_and_a_longer_one_does_not(sweep, clock):
    for timeout, tick in ((4, 0.5), (8, 0.5), (4, 0.5), (2, 0.25), (4, 0.25)):
        sweep.add(Connection(), timeout)
        assert clock.delays == [pytest.approx(tick)]
        assert sweep.after(0) == pytest.approx(clock.now + tick)


def test_a_timeout_that_is_as_short_as_the_others_does_not_put_the_sweep_off(sweep, clock):
    sweep.add(Connection(), 4)
    clock.turn(0.4)
    sweep.add(Connection(), 4)
    assert clock.delays == [pytest.approx(0.1)]


def test_it_ends_with_the_last_connection_and_begins_again(sweep, clock):
    first, second = Connection(), Connection()
    sweep.discard(first)  # nothing is watched yet
    sweep.add(first, 0.8)
    sweep.add(second, 0.8)
    sweep.discard(first)
    assert clock.delays == [pytest.approx(0.1)]
    sweep.discard(second)
    assert clock.delays == []
    sweep.discard(second)
    clock.turn(7)
    assert sweep.after(0) == pytest.approx(1001)  # the time of the last sweep, and the longest tick
    sweep.add(first, 80)
    assert clock.delays == [1]
    assert sweep.now == clock.now == 1007


def test_a_connection_is_told_once_that_its_deadline_has_passed(sweep, clock):
    early, late, gone = Connection(1001), Connection(1001.5), Connection(1001)
    for connection in (early, late, gone):
        sweep.add(connection, 8)
    sweep.discard(gone)
    clock.turn(0.9)
    assert early.passed == []
    clock.turn(0.1)
    assert (early.passed, late.passed) == ([math.inf], [])  # it may set another one
    clock.turn(5)
    assert (early.passed, late.passed, gone.passed) == ([math.inf], [math.inf], [])
    assert sweep.now == 1006


def test_an_error_is_logged_and_the_sweep_goes_on(sweep, clock, caplog):
    connections = [Broken(1000.5), Connection(1000.5), Broken(1000.5), Connection(1001.5)]
    for connection in connections:
        sweep.add(connection, 8)
    clock.turn(2)
    assert [len(connection.passed) for connection in connections] == [1, 1, 1, 1]
    assert [record.name for record in caplog.records] == ["tornado.application"] * 2
    assert all(record.exc_info[0] is ZeroDivisionError for record in caplog.records)


def test_a_connection_that_is_discarded_by_the_sweep_is_the_last(sweep, clock):
    class Ending(Connection):
        def deadline_passed(self) -> None:
            sweep.discard(self)

    sweep.add(Ending(1000.5), 8)
    clock.turn(1)
    assert clock.delays == []


def test_a_loop_has_one_sweep(clock):
    async def scene():
        loop = asyncio.get_running_loop()
        sweep = sweep_of(loop)
        assert sweep_of(loop) is sweep
        assert abs(sweep.now - loop.time()) < 5
        assert sweep.done.done()
        assert await sweep.done is None
        other = use_sweep(loop, Sweep(loop, clock))
        assert sweep_of(loop) is other
        assert other.now == 1000

    asyncio.run(scene())
