"""The io_loop argument: which loops it takes, and at which positions."""

import asyncio
import threading
from datetime import timedelta

import pytest

from tornado import gen
from tornado.ioloop import (
    IOLoop,
    PeriodicCallback,
    acting_on,
    chosen_loop,
    take_loop,
    takes_loop,
)
from tornado.platform.asyncio import BaseAsyncIOLoop


@pytest.fixture
def other(ioloop):
    """A second loop of this thread, which is not the current one."""
    loop = IOLoop(make_current=False)
    yield loop
    loop.close()


@pytest.fixture
def foreign(ioloop):
    """A loop that runs in another thread."""
    loop = IOLoop(make_current=False)
    running = threading.Event()
    loop.add_callback(running.set)
    thread = threading.Thread(target=loop.start)
    thread.start()
    assert running.wait(20)
    yield loop
    loop.add_callback(loop.stop)
    thread.join(20)
    loop.close()


@pytest.fixture
def closed(ioloop):
    loop = IOLoop(make_current=False)
    loop.close()
    return loop


def test_the_current_loop_another_one_of_this_thread_and_none_are_taken(ioloop, other):
    assert chosen_loop(None) is None
    assert chosen_loop(ioloop) is ioloop
    assert chosen_loop(other) is other


def test_a_loop_is_taken_while_it_runs_and_while_another_one_does(run, ioloop, other):
    async def main():
        assert chosen_loop(ioloop) is ioloop
        assert chosen_loop(other) is other

    run(main)


def test_a_loop_that_another_thread_will_run_is_taken_there(ioloop, other):
    taken = []
    thread = threading.Thread(target=lambda: taken.append(chosen_loop(other)))
    thread.start()
    thread.join(20)
    assert taken == [other]


def test_a_closed_loop_is_refused(closed):
    with pytest.raises(RuntimeError, match="io_loop is closed"):
        chosen_loop(closed)


def test_a_loop_that_runs_in_another_thread_is_refused(foreign):
    with pytest.raises(RuntimeError, match="io_loop runs in another thread"):
        chosen_loop(foreign)


@pytest.mark.parametrize("value", [False, 5, "loop", object()])
def test_what_is_not_a_loop_is_refused_by_name(value):
    with pytest.raises(TypeError, match="io_loop is an IOLoop or None, not"):
        chosen_loop(value)


def test_an_asyncio_loop_is_not_an_ioloop(ioloop):
    with pytest.raises(TypeError, match="io_loop is an IOLoop or None"):
        chosen_loop(ioloop.asyncio_loop)


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        ((), ()),
        ((1,), (1,)),
        ((1, "loop"), (1,)),
        ((1, "loop", 2, 3), (1, 2, 3)),
        ((1, None), (1,)),
        ((1, None, "text"), (1, "text")),
        ((1, None, 2), (1, None, 2)),
        ((1, None, 2, 3), (1, 2, 3)),
        ((1, 2, 3), (1, 2, 3)),
    ],
)
def test_the_loop_is_only_taken_out_of_its_classic_position(ioloop, args, expected):
    given = tuple(ioloop if each == "loop" else each for each in args)
    rest, loop = take_loop(given, 1, most=3, none_before=str)
    assert rest == expected
    assert loop is (ioloop if "loop" in args else None)


@takes_loop(before="b")
def function(a, b=2, *, io_loop=None):
    return a, b, io_loop


def test_a_decorated_function_takes_the_loop_by_position_and_by_name(ioloop, other):
    assert function(1) == function(1, None) == function(1, io_loop=None) == (1, 2, None)
    assert function(1, 3) == (1, 3, None)
    assert function(1, other) == function(1, io_loop=other) == (1, 2, other)
    assert function(1, other, 3) == function(1, 3, io_loop=other) == (1, 3, other)
    assert function(1, None, 3) == (1, 3, None)


def test_a_decorated_function_takes_one_loop(ioloop, other):
    with pytest.raises(TypeError, match="io_loop by position and by name"):
        function(1, ioloop, io_loop=other)


def test_a_decorated_function_checks_the_loop(closed):
    with pytest.raises(RuntimeError, match="closed"):
        function(1, closed)
    with pytest.raises(TypeError, match="is an IOLoop"):
        function(1, io_loop="loop")


def test_objects_made_in_a_block_belong_to_the_loop_that_it_acts_on(run, ioloop, other):
    ran = []

    async def main():
        with acting_on(other):
            assert IOLoop.current() is other
            future = asyncio.get_running_loop().create_future()
            IOLoop.current().add_callback(ran.append, "callback")
        assert IOLoop.current() is ioloop
        assert future.get_loop() is other.asyncio_loop

    run(main)
    other.add_callback(other.stop)
    other.start()
    assert ran == ["callback"]


def test_a_block_that_raises_leaves_the_current_loop_as_it_was(ioloop, other):
    with pytest.raises(ZeroDivisionError), acting_on(other):
        raise ZeroDivisionError
    assert IOLoop.current() is ioloop
    assert asyncio._get_running_loop() is None


def test_none_and_the_running_loop_change_nothing(run, ioloop):
    async def main():
        for loop in (None, ioloop):
            with acting_on(loop):
                assert IOLoop.current() is ioloop
                await asyncio.sleep(0)

    run(main)


@pytest.mark.parametrize("by_name", [True, False])
def test_a_periodic_callback_runs_on_the_loop_that_it_was_given(ioloop, other, by_name):
    seen = []

    def tick():
        seen.append(IOLoop.current())
        other.stop()

    periodic = (
        PeriodicCallback(tick, 1, io_loop=other) if by_name else PeriodicCallback(tick, 1, other)
    )
    periodic.start()
    other.start()
    periodic.stop()
    assert set(seen) == {other}


def test_a_periodic_callback_refuses_a_closed_and_a_foreign_loop(closed, foreign):
    with pytest.raises(RuntimeError, match="closed"):
        PeriodicCallback(print, 1, closed)
    with pytest.raises(RuntimeError, match="another thread"):
        PeriodicCallback(print, 1, io_loop=foreign)


def test_a_periodic_callback_keeps_its_modern_third_argument(ioloop):
    assert PeriodicCallback(print, 1, 0.5).jitter == 0.5
    assert PeriodicCallback(print, 1, None).jitter == 0


@pytest.mark.parametrize(
    "wait",
    [
        lambda loop, future: gen.with_timeout(timedelta(milliseconds=1), future, loop),
        lambda loop, future: gen.with_timeout(timedelta(milliseconds=1), future, loop, ValueError),
        lambda loop, future: gen.with_timeout(timedelta(milliseconds=1), future, io_loop=loop),
        lambda loop, future: gen.with_timeout(
            timedelta(milliseconds=1), future, ValueError, io_loop=loop
        ),
    ],
)
def test_with_timeout_keeps_time_on_the_loop_that_it_was_given(ioloop, other, wait):
    with acting_on(other):
        future = asyncio.get_running_loop().create_future()
    waited = wait(other, future)
    with pytest.raises(TimeoutError):
        other.run_sync(lambda: waited)


def test_with_timeout_tells_none_for_the_loop_from_quiet_exceptions(run, caplog):
    async def main(*args):
        future = asyncio.get_running_loop().create_future()
        with pytest.raises(TimeoutError):
            await gen.with_timeout(timedelta(0), future, *args)
        future.set_exception(ValueError("late"))
        await asyncio.sleep(0.01)

    for args in [(None, ValueError), (ValueError,), ((ValueError, KeyError),)]:
        run(lambda args=args: main(*args))
    assert not caplog.records
    run(lambda: main(None))
    assert "after timeout" in caplog.text


def test_make_current_none_makes_it_current_if_there_is_none():
    IOLoop.clear_current()
    first = IOLoop(make_current=None)
    second = IOLoop(make_current=None)
    assert IOLoop.current() is first
    second.close()
    first.close()


def test_time_func_is_the_clock_of_the_loop_and_its_deadlines():
    loop = IOLoop(time_func=lambda: 1000.0)
    called = []
    loop.add_timeout(1000.001, lambda: (called.append(loop.time()), loop.stop()))
    loop.start()
    loop.close()
    assert called == [1000.0]


def test_impl_is_taken_and_ignored():
    loop = IOLoop(object())
    loop.add_callback(loop.stop)
    loop.start()
    loop.close(True)


def test_a_program_may_delete_the_main_loop():
    loop = IOLoop()
    loop.install()
    assert IOLoop.initialized()
    del IOLoop._instance
    assert not IOLoop.initialized()
    assert IOLoop.instance() is loop
    assert IOLoop.initialized()
    del IOLoop._instance
    loop.close()


def test_closing_an_ioloop_may_leave_the_asyncio_loop_open():
    asyncio_loop = asyncio.new_event_loop()
    BaseAsyncIOLoop(asyncio_loop, False, make_current=False).close()
    assert not asyncio_loop.is_closed()
    asyncio_loop.close()


def test_add_future_takes_a_coroutine_and_runs_it_on_its_loop(ioloop, other):
    async def work(result):
        await asyncio.sleep(0)
        assert IOLoop.current() is other
        return result

    results = []
    for result in (1, 2):
        other.add_future(work(result), lambda future: results.append(future.result()))
    other.add_future(
        asyncio.ensure_future(work(3), loop=other.asyncio_loop), lambda _: other.stop()
    )
    other.start()
    assert results == [1, 2]
    with pytest.raises(TypeError, match="add_future needs a future"):
        other.add_future("text", print)


def test_a_periodic_callback_names_its_loop_before_it_starts(other):
    assert PeriodicCallback(print, 1, other).io_loop is other
