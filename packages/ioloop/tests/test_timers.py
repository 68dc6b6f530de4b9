"""Timeouts of the loop."""

import datetime
import gc
import time

import pytest

from tornado.ioloop import IOLoop


@pytest.mark.parametrize(
    "schedule",
    [
        lambda loop, *call: loop.call_later(0.02, *call),
        lambda loop, *call: loop.call_at(loop.time() + 0.02, *call),
        lambda loop, *call: loop.add_timeout(loop.time() + 0.02, *call),
        lambda loop, *call: loop.add_timeout(datetime.timedelta(milliseconds=20), *call),
    ],
    ids=["call_later", "call_at", "add_timeout number", "add_timeout timedelta"],
)
def test_a_timeout_is_called_at_its_time_with_its_arguments(ioloop, schedule):
    calls = []

    def call(*args):
        calls.append(args)
        ioloop.stop()

    begin = time.monotonic()
    schedule(ioloop, call, 1, 2)
    ioloop.start()
    assert calls == [(1, 2)]
    assert 0.015 < time.monotonic() - begin < 5


def test_keyword_arguments_are_passed_on(ioloop):
    calls = []
    ioloop.call_later(0, lambda **kwargs: calls.append(kwargs), key="value")
    ioloop.call_later(0.01, ioloop.stop)
    ioloop.start()
    assert calls == [{"key": "value"}]


@pytest.mark.parametrize("delay", [0, -1, -1e9])
def test_a_timeout_in_the_past_is_called_soon(ioloop, delay):
    ioloop.call_later(delay, ioloop.stop)
    ioloop.start()
    ioloop.call_at(ioloop.time() + delay, ioloop.stop)
    ioloop.start()
    assert not ioloop.running()


def test_a_removed_timeout_is_not_called(ioloop):
    calls = []
    handle = ioloop.call_later(0, calls.append, 1)
    ioloop.remove_timeout(handle)
    ioloop.remove_timeout(handle)
    done = ioloop.call_later(0, calls.append, 2)
    ioloop.call_later(0.01, ioloop.stop)
    ioloop.start()
    ioloop.remove_timeout(done)
    assert calls == [2]


@pytest.mark.parametrize("deadline", ["soon", None, object()])
def test_a_deadline_is_a_number_or_a_timedelta(ioloop, deadline):
    with pytest.raises(TypeError, match="deadline"):
        ioloop.add_timeout(deadline, print)


def test_exceptions_are_logged(ioloop, caplog):
    ioloop.call_later(0, lambda: 1 / 0)
    ioloop.call_later(0.01, ioloop.stop)
    ioloop.start()
    assert [record.name for record in caplog.records] == ["tornado.application"]


def test_time_is_the_wall_clock(ioloop):
    assert abs(ioloop.time() - time.time()) < 1


def test_timeouts_are_called_in_order_over_an_hour(virtual):
    calls = []
    for minute in (60, 1, 30):
        virtual.call_later(60 * minute, calls.append, minute)
    virtual.call_later(3601, virtual.stop)
    virtual.start()
    assert calls == [1, 30, 60]


def test_many_timers_stay_linear(ioloop):
    def burn(count):
        gc.collect()
        begin = time.process_time()
        handles = [ioloop.call_later(100 + i % 977, print) for i in range(count)]
        for handle in handles:
            ioloop.remove_timeout(handle)
        ioloop.add_callback(ioloop.stop)
        ioloop.start()
        return time.process_time() - begin

    def ratio():
        # The garbage collector would look at all living timers again and again. Do not measure that.
        gc.disable()
        try:
            return burn(50_000) / min(burn(5_000) for _ in range(3))
        finally:
            gc.enable()

    # n log n: ten times as many take ten to thirteen times as long. With n squared it would be a
    # hundred times.
    assert any(ratio() < 30 for _ in range(4))


def test_current_is_cheap(asyncio_run):
    import timeit

    async def main():
        call = timeit.timeit(IOLoop.current, number=100_000)
        floor = timeit.timeit(time.time, number=100_000)
        return call / floor

    assert min(asyncio_run(main()) for _ in range(3)) < 30
