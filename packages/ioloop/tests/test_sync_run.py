"""run_sync."""

import asyncio
import gc
import os
import signal
import threading
import time
from concurrent import futures

import pytest

from tornado import gen
from tornado.ioloop import IOLoop


def test_it_returns_the_result_of_the_function(ioloop):
    @gen.coroutine
    def generator():
        yield None
        return "generator"

    async def native():
        await asyncio.sleep(0)
        return "native"

    assert ioloop.run_sync(generator) == "generator"
    assert ioloop.run_sync(native) == "native"
    assert ioloop.run_sync(lambda: None) is None
    assert ioloop.run_sync(lambda: [native(), native()]) == ["native", "native"]


@pytest.mark.parametrize("error", [ValueError, StopIteration, asyncio.CancelledError])
def test_it_raises_the_exception_of_the_function(ioloop, error):
    def breaks():
        raise error("no")

    with pytest.raises(error):
        ioloop.run_sync(breaks)


def test_it_raises_the_exception_of_a_coroutine(ioloop):
    async def breaks():
        await asyncio.sleep(0)
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        ioloop.run_sync(breaks)


def test_a_result_that_cannot_be_waited_for_is_refused(ioloop):
    with pytest.raises(gen.BadYieldError, match="42"):
        ioloop.run_sync(lambda: 42)


def test_after_the_timeout_the_work_is_cancelled(ioloop):
    ended = []

    async def slow():
        try:
            await asyncio.sleep(10)
        finally:
            ended.append(True)

    begin = time.monotonic()
    with pytest.raises(TimeoutError, match=r"0\.01 seconds"):
        ioloop.run_sync(slow, timeout=0.01)
    assert time.monotonic() - begin < 5
    assert ended == [True]


def test_a_timeout_that_is_not_reached_leaves_no_timer(ioloop):
    assert ioloop.run_sync(lambda: gen.sleep(0), timeout=0.02) is None
    ioloop.call_later(0.05, ioloop.stop)
    begin = time.monotonic()
    ioloop.start()
    assert time.monotonic() - begin >= 0.04


def test_a_callback_may_stop_the_loop(ioloop):
    ioloop.call_later(0.01, ioloop.stop)
    with pytest.raises(RuntimeError, match="stopped before"):
        ioloop.run_sync(lambda: gen.sleep(10))


def test_a_loop_that_runs_already_goes_on_without_the_function(asyncio_run):
    calls = []

    async def main():
        with pytest.raises(RuntimeError, match="already running"):
            IOLoop.current().run_sync(lambda: calls.append(1))
        with pytest.raises(RuntimeError, match="already running"):
            IOLoop.current().start()
        await asyncio.sleep(0.02)
        return "went on"

    assert asyncio_run(main()) == "went on"
    assert calls == []


def test_a_late_result_does_not_stop_another_run_of_the_loop(ioloop):
    work = futures.Future()
    work.set_running_or_notify_cancel()
    with pytest.raises(TimeoutError):
        ioloop.run_sync(lambda: work, timeout=0.01)
    ioloop.call_later(0.01, work.set_result, None)
    assert ioloop.run_sync(lambda: gen.sleep(0.05)) is None


def ways_out(error):
    """Return functions that raise an exception out of the loop."""

    async def awaits_first():
        await asyncio.sleep(0.01)
        raise error

    async def at_once():
        raise error

    def plain():
        raise error

    @gen.coroutine
    def generator():
        yield gen.sleep(0.01)
        raise error

    async def within_a_task():
        await asyncio.create_task(awaits_first())

    async def in_a_callback():
        asyncio.get_running_loop().call_soon(plain)
        await asyncio.sleep(10)

    async def in_a_coroutine_of_a_callback():
        IOLoop.current().add_callback(awaits_first)
        await asyncio.sleep(10)

    async def in_a_generator_of_a_callback():
        IOLoop.current().add_callback(generator)
        await asyncio.sleep(10)

    return {
        each.__name__: each
        for each in (
            awaits_first,
            at_once,
            plain,
            generator,
            within_a_task,
            in_a_callback,
            in_a_coroutine_of_a_callback,
            in_a_generator_of_a_callback,
        )
    } | {"a list": lambda: [awaits_first(), awaits_first()]}


@pytest.mark.parametrize("way", ways_out(None))
@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_an_exit_affects_neither_the_next_run_nor_the_log(ioloop, caplog, way, error):
    async def good():
        await asyncio.sleep(0.003)
        return "good"

    with pytest.raises(error):
        ioloop.run_sync(ways_out(error("no"))[way])
    assert [ioloop.run_sync(good) for _ in range(3)] == ["good"] * 3
    gc.collect()  # asyncio logs exceptions that nobody has retrieved
    assert caplog.records == []


def test_a_coroutine_continues_after_an_interrupt_that_came_while_the_loop_waited(ioloop):
    go_on, ended = asyncio.Event(), asyncio.Event()

    async def work():
        timer.start()
        await go_on.wait()
        ended.set()

    async def wait_for_work():
        go_on.set()
        await ended.wait()

    timer = threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT))
    with pytest.raises(KeyboardInterrupt):
        ioloop.run_sync(work)
    timer.join()
    ioloop.run_sync(wait_for_work, timeout=20)


def test_a_task_that_is_given_up_with_the_loop_is_not_reported(caplog):
    async def work():
        IOLoop.current().stop()
        await asyncio.sleep(10)

    with pytest.raises(RuntimeError, match=r"Event loop stopped before Future completed\."):
        run_and_close(work)
    gc.collect()
    assert not caplog.records


def run_and_close(work):
    loop = IOLoop(make_current=False)
    try:
        loop.run_sync(work)
    finally:
        loop.close()
