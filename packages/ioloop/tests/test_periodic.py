"""PeriodicCallback."""

import asyncio
import datetime
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tornado import gen
from tornado.ioloop import IOLoop, PeriodicCallback
from tornado.stack_context import ExceptionStackContext


def play(virtual, seconds):
    """Let time pass on a virtual loop."""
    virtual.call_later(seconds, virtual.stop)
    virtual.start()


def recorder(virtual, **kwargs):
    """Make a periodic callback of 10 seconds that records when it was called."""
    times = []
    begin = virtual.asyncio_loop.time()

    def note():
        times.append(round(virtual.asyncio_loop.time() - begin, 3))

    return PeriodicCallback(note, 10_000, **kwargs), times


def test_calls_keep_to_multiples_of_the_interval(virtual):
    periodic, times = recorder(virtual)
    assert not periodic.is_running()
    periodic.start()
    assert periodic.is_running()
    play(virtual, 45)
    assert times == [10, 20, 30, 40]
    periodic.stop()
    assert not periodic.is_running()
    play(virtual, 100)
    assert len(times) == 4


def test_calls_that_a_slow_call_delays_are_left_out(virtual):
    times = []
    begin = virtual.asyncio_loop.time()

    def slow():
        times.append(virtual.asyncio_loop.time() - begin)
        virtual.asyncio_loop.clock.now += 14 if len(times) == 1 else 0

    PeriodicCallback(slow, 10_000).start()
    play(virtual, 45)
    assert times == pytest.approx([10, 30, 40])


def test_coroutines_do_not_overlap(virtual):
    running = []
    most = []

    async def slow():
        running.append(1)
        most.append(len(running))
        await asyncio.sleep(25)
        running.pop()

    PeriodicCallback(slow, 10_000).start()
    play(virtual, 125)
    assert most == [1] * 4  # at 10, 40, 70 and 100


@pytest.mark.parametrize("decorate", [gen.coroutine, None])
def test_exceptions_are_logged_and_the_series_goes_on(virtual, caplog, decorate):
    calls = []

    def breaks():
        calls.append(1)
        raise ValueError("broken")
        yield

    def plain():
        calls.append(1)
        raise ValueError("broken")

    periodic = PeriodicCallback(decorate(breaks) if decorate else plain, 10_000)
    periodic.start()
    play(virtual, 35)
    assert len(calls) == 3
    assert {record.name for record in caplog.records} == {"tornado.application"}
    assert len(caplog.records) == 3


@pytest.mark.parametrize("result", [True, 5, "text", [1], {"a": 1}, object()])
def test_a_result_that_is_not_awaitable_is_ignored(virtual, caplog, result):
    calls = []

    def gives():
        calls.append(1)
        return result

    PeriodicCallback(gives, 10_000).start()
    play(virtual, 45)
    assert len(calls) == 4
    assert caplog.records == []


def test_a_cancelled_error_of_a_function_does_not_end_the_series(virtual):
    calls = []

    def asks():
        calls.append(1)
        raise asyncio.CancelledError

    PeriodicCallback(asks, 10_000).start()
    play(virtual, 45)
    assert len(calls) == 4


def test_a_coroutine_that_is_cancelled_does_not_end_the_series(virtual):
    calls = []

    async def cancelled():
        calls.append(1)
        asyncio.current_task().cancel()
        await asyncio.sleep(1)

    PeriodicCallback(cancelled, 10_000).start()
    play(virtual, 45)
    assert len(calls) == 4


def test_exceptions_go_to_the_block_around_start(virtual):
    seen = []
    with ExceptionStackContext(lambda typ, value, tb: seen.append(typ) or True):
        PeriodicCallback(lambda: 1 / 0, 10_000).start()
    play(virtual, 25)
    assert seen == [ZeroDivisionError, ZeroDivisionError]


def test_it_can_be_stopped_and_started_from_inside(virtual):
    periodic, times = recorder(virtual)
    note = periodic.callback

    def once():
        note()
        periodic.stop()

    periodic.callback = once
    periodic.start()
    play(virtual, 30)
    assert times == [10]
    periodic.start()
    play(virtual, 30)
    assert times == [10, 40]


def test_a_start_during_a_call_waits_for_its_end(virtual):
    running = []
    most = []

    async def slow():
        running.append(1)
        most.append(len(running))
        await asyncio.sleep(15)
        running.pop()

    periodic = PeriodicCallback(slow, 10_000)
    periodic.start()
    virtual.call_later(12, periodic.stop)
    virtual.call_later(13, periodic.start)
    play(virtual, 100)
    assert set(most) == {1}
    assert len(most) > 2


def test_starting_twice_is_starting_once(virtual):
    periodic, times = recorder(virtual)
    periodic.start()
    periodic.start()
    play(virtual, 25)
    assert times == [10, 20]


def test_jitter_stays_within_its_part_of_the_interval(virtual):
    periodic, times = recorder(virtual, jitter=0.5)
    periodic.start()
    play(virtual, 2000)
    gaps = [b - a for a, b in itertools.pairwise(times)]
    assert all(7.5 <= gap <= 12.5 for gap in gaps)
    assert len(set(gaps)) > 50


@pytest.mark.parametrize("early", [0.0, 0.001, 3.0, 1e6])
def test_a_clock_that_is_late_does_not_repeat_a_call(virtual, early):
    periodic, _ = recorder(virtual)
    periodic.io_loop = virtual
    periodic._next_timeout = 110.0
    periodic._update_next(110.0 - early)
    assert periodic._next_timeout == 120.0


@pytest.mark.parametrize(
    ("now", "following"), [(110.0, 120.0), (119.9, 120.0), (120.0, 130.0), (1234.5, 1240.0)]
)
def test_the_next_call_is_the_next_multiple(virtual, now, following):
    periodic, _ = recorder(virtual)
    periodic._next_timeout = 110.0
    periodic._update_next(now)
    assert periodic._next_timeout == pytest.approx(following)


@given(
    last=st.floats(0, 1e9),
    late=st.floats(0, 1e6),
    milliseconds=st.floats(0.1, 1e7),
)
def test_the_next_call_lies_within_one_interval_from_now(last, late, milliseconds):
    periodic = PeriodicCallback(int, milliseconds)
    interval = milliseconds / 1000
    periodic._next_timeout = last
    periodic._update_next(last + late)
    following = periodic._next_timeout
    slack = 1e-6 + interval * 1e-6
    assert last + late < following <= last + late + interval + slack
    multiple = (following - last) / interval
    assert multiple * interval == pytest.approx(round(multiple) * interval, abs=1e-5)


@pytest.mark.parametrize("interval", [0, -1, datetime.timedelta(0)])
def test_the_interval_is_positive(interval):
    with pytest.raises(ValueError, match="positive"):
        PeriodicCallback(print, interval)


def test_the_interval_may_be_a_timedelta():
    assert PeriodicCallback(print, datetime.timedelta(minutes=1)).callback_time == 60_000


def test_the_classic_loop_argument_chooses_the_loop(virtual):
    other = IOLoop(make_current=False)
    calls = []
    for periodic in (
        PeriodicCallback(lambda: calls.append(1), 10_000, virtual),
        PeriodicCallback(lambda: calls.append(2), 10_000, io_loop=virtual),
        PeriodicCallback(lambda: calls.append(3), 10_000, None),
    ):
        other.make_current()
        periodic.start()
    virtual.make_current()
    play(virtual, 15)
    assert calls == [1, 2]
    other.close()


def test_an_override_of_run_is_called(virtual):
    calls = []

    class Mine(PeriodicCallback):
        def _run(self):
            calls.append("before")
            return super()._run()

    Mine(lambda: calls.append("call"), 10_000).start()
    play(virtual, 15)
    assert calls == ["before", "call"]


def test_it_works_on_a_real_clock(ioloop):
    calls = []
    periodic = PeriodicCallback(lambda: calls.append(1), 5)
    periodic.start()
    ioloop.call_later(0.1, ioloop.stop)
    ioloop.start()
    periodic.stop()
    assert 2 <= len(calls) <= 20
