"""add_callback and the methods like it."""

import asyncio
import gc
import logging
import threading
import weakref

import pytest

from tornado import gen
from tornado.ioloop import IOLoop


def collect(ioloop, *schedule):
    """Run twenty rounds of the loop, and return the calls of the callbacks."""
    calls = []
    for each in schedule:
        each(calls)

    def run_rounds(left):
        if left:
            ioloop.add_callback(run_rounds, left - 1)
        else:
            ioloop.stop()

    run_rounds(20)
    ioloop.start()
    return calls


def test_a_callback_runs_in_the_next_round_with_its_arguments(ioloop):
    def record(*args, **kwargs):
        calls.append((args, kwargs))

    calls = []
    ioloop.add_callback(record)
    ioloop.add_callback(record, 1, 2)
    ioloop.add_callback(record, 1, key="value")
    assert calls == []
    ioloop.add_callback(ioloop.stop)
    ioloop.start()
    assert calls == [((), {}), ((1, 2), {}), ((1,), {"key": "value"})]


def test_a_callback_of_a_callback_runs_in_a_later_round(ioloop):
    order = []

    def first():
        ioloop.add_callback(order.append, "inner")
        order.append("first")

    assert collect(ioloop, lambda _: ioloop.add_callback(first)) == []
    assert order == ["first", "inner"]


@pytest.mark.parametrize("method", ["add_callback", "add_callback_from_signal", "spawn_callback"])
def test_callbacks_may_be_added_from_any_thread_and_wake_the_loop(ioloop, method):
    seen = []

    def in_thread():
        getattr(ioloop, method)(lambda: (seen.append(threading.current_thread()), ioloop.stop()))

    thread = threading.Thread(target=in_thread)
    ioloop.call_later(0.01, thread.start)
    ioloop.call_later(10, ioloop.stop)
    ioloop.start()
    thread.join()
    assert seen == [threading.current_thread()]


def test_a_thread_may_call_back_a_loop_that_is_closed():
    loop = IOLoop(make_current=False)
    loop.close()
    assert loop.add_callback(print) is None


def test_exceptions_are_logged_with_the_name_of_the_callback(ioloop, caplog):
    def breaks():
        raise ValueError("broken")

    collect(ioloop, lambda _: ioloop.add_callback(breaks))
    (record,) = caplog.records
    assert record.name == "tornado.application"
    assert "breaks" in record.getMessage()
    assert record.exc_info[1].args == ("broken",)


@pytest.mark.parametrize("decorator", [gen.coroutine, lambda function: function])
def test_exceptions_of_coroutines_are_logged_too(ioloop, caplog, decorator):
    if decorator is gen.coroutine:

        @decorator
        def breaks():
            yield None
            raise ValueError("broken")
    else:

        async def breaks():
            await asyncio.sleep(0)
            raise ValueError("broken")

    collect(ioloop, lambda _: ioloop.spawn_callback(breaks))
    (record,) = caplog.records
    assert (record.name, record.levelno) == ("tornado.application", logging.ERROR)
    assert "breaks" in record.getMessage()


def test_a_coroutine_that_fails_at_once_is_logged(ioloop, caplog):
    @gen.coroutine
    def breaks():
        raise ValueError("broken")
        yield

    collect(ioloop, lambda _: ioloop.add_callback(breaks))
    assert [record.exc_info[0] for record in caplog.records] == [ValueError]


@pytest.mark.parametrize("result", [5, "text", object(), (1, 2), [3], {"a": 4}, [], {}])
def test_other_results_of_callbacks_are_ignored(ioloop, caplog, result):
    collect(ioloop, lambda _: ioloop.add_callback(lambda: result))
    assert caplog.records == []


def test_cancellation_inside_a_callback_is_not_an_error(ioloop, caplog):
    def cancelled():
        raise asyncio.CancelledError

    collect(ioloop, lambda _: ioloop.add_callback(cancelled))
    assert caplog.records == []


def test_a_spawned_coroutine_is_kept_until_it_ends(ioloop):
    ended = []

    async def work():
        # Only the task refers to this future, and only the future refers to the task.
        future = ioloop.asyncio_loop.create_future()
        waiting.append(weakref.ref(future))
        await future
        ended.append(True)

    def finish():
        gc.collect()
        waiting[0]().set_result(None)

    waiting = []
    ioloop.spawn_callback(work)
    ioloop.call_later(0.01, finish)
    ioloop.call_later(0.05, ioloop.stop)
    ioloop.start()
    assert ended == [True]


def test_the_hook_sees_the_exception_and_the_callback(kind):
    from tornado.platform.asyncio import AsyncIOLoop

    seen = []

    class Loop(AsyncIOLoop):
        def handle_callback_exception(self, callback):
            import sys

            seen.append((callback, sys.exc_info()[0]))

    def breaks():
        raise KeyError("k")

    loop = Loop(uvloop=kind == "uvloop")
    loop.add_callback(breaks)
    loop.call_later(0.001, breaks)
    loop.call_later(0.02, loop.stop)
    loop.start()
    loop.close()
    assert seen == [(breaks, KeyError), (breaks, KeyError)]


def test_add_future_calls_back_with_the_future(ioloop):
    from concurrent import futures

    seen = []
    ours = ioloop.asyncio_loop.create_future()
    foreign = futures.Future()
    ioloop.add_future(ours, seen.append)
    ioloop.add_future(foreign, seen.append)
    ioloop.add_callback(ours.set_result, 1)
    thread = threading.Thread(target=foreign.set_result, args=(2,))
    ioloop.add_future(ours, lambda _: thread.start())
    ioloop.add_future(foreign, lambda _: ioloop.stop())
    ioloop.start()
    thread.join()
    assert seen == [ours, foreign]


def test_add_future_takes_only_futures(ioloop):
    with pytest.raises(TypeError, match="not 5"):
        ioloop.add_future(5, print)


def test_many_callbacks_stay_linear(ioloop):
    import time

    def burn(count):
        left = count

        def tick():
            nonlocal left
            left -= 1
            if not left:
                ioloop.stop()

        for _ in range(count):
            ioloop.add_callback(tick)
        begin = time.process_time()
        ioloop.start()
        return time.process_time() - begin

    def ratio():
        return burn(100_000) / min(burn(10_000) for _ in range(3))

    assert any(ratio() < 20 for _ in range(3))


def test_the_default_executor_and_a_given_one_run_functions(ioloop, run):
    from concurrent.futures import ThreadPoolExecutor

    async def main():
        name = lambda: threading.current_thread().name  # noqa: E731 - run in two places
        default = await ioloop.run_in_executor(None, name)
        with ThreadPoolExecutor(1, thread_name_prefix="given") as executor:
            given = await ioloop.run_in_executor(executor, name)
        added = await ioloop.run_in_executor(None, lambda a, b: a + b, 1, 2)
        return default, given, added

    with ThreadPoolExecutor(1, thread_name_prefix="chosen") as chosen:
        ioloop.set_default_executor(chosen)
        default, given, added = run(main)
    assert default.startswith("chosen")
    assert given.startswith("given")
    assert added == 3
