"""tornado.concurrent."""

import asyncio
import sys
import threading
from concurrent import futures

import pytest

from tornado import concurrent
from tornado.concurrent import return_future, run_on_executor
from tornado.ioloop import IOLoop


def make_future(kind):
    return futures.Future() if kind == "thread" else asyncio.get_running_loop().create_future()


both_kinds = pytest.mark.parametrize("source", ["loop", "thread"])
both_targets = pytest.mark.parametrize("target", ["loop", "thread"])


def test_future_is_the_one_of_asyncio():
    assert concurrent.Future is asyncio.Future
    assert (futures.Future, asyncio.Future) == concurrent.FUTURES


def test_is_future_recognizes_both_kinds(run):
    async def main():
        assert concurrent.is_future(make_future("loop"))
        assert concurrent.is_future(make_future("thread"))
        assert not concurrent.is_future(5)
        coroutine = asyncio.sleep(0)
        assert not concurrent.is_future(coroutine)
        await coroutine

    run(main)


@both_kinds
@both_targets
def test_chain_future_copies_results_and_exceptions(run, source, target):
    async def main():
        for settle, check in (
            (lambda a: a.set_result(1), lambda b: b.result() == 1),
            (lambda a: a.set_exception(KeyError()), lambda b: isinstance(b.exception(), KeyError)),
            (lambda a: a.cancel(), lambda b: b.cancelled()),
        ):
            for early in (True, False):
                a, b = make_future(source), make_future(target)
                if early:
                    settle(a)
                concurrent.chain_future(a, b)
                settle(a) if not early else None
                await asyncio.sleep(0.01)
                assert check(b)

    run(main)


@both_kinds
def test_chain_future_does_not_change_a_future_that_is_done(run, source):
    async def main():
        a, b = make_future(source), make_future("loop")
        concurrent.chain_future(a, b)
        b.cancel()
        a.set_exception(KeyError())
        await asyncio.sleep(0.01)
        assert b.cancelled()
        assert isinstance(a.exception(), KeyError)

    run(main)


@both_kinds
def test_futures_that_were_cancelled_get_no_result(run, caplog, source):
    async def main():
        future = make_future(source)
        future.cancel()
        concurrent.future_set_result_unless_cancelled(future, 1)
        concurrent.future_set_exception_unless_cancelled(future, KeyError("lost"))
        assert future.cancelled()
        result, error, info = make_future(source), make_future(source), make_future(source)
        concurrent.future_set_result_unless_cancelled(result, 1)
        concurrent.future_set_exception_unless_cancelled(error, KeyError())
        try:
            raise ValueError
        except ValueError:
            concurrent.future_set_exc_info(info, sys.exc_info())
        assert result.result() == 1
        assert isinstance(error.exception(), KeyError)
        assert isinstance(info.exception(), ValueError)
        with pytest.raises(ValueError, match="except clause"):
            concurrent.future_set_exc_info(make_future(source), (None, None, None))

    run(main)
    assert [record.exc_info[0] for record in caplog.records] == [KeyError]
    assert caplog.records[0].name == "tornado.application"


@both_kinds
def test_done_callbacks_are_called_at_once_if_the_future_is_done(run, source):
    async def main():
        calls = []
        future = make_future(source)
        concurrent.future_add_done_callback(future, calls.append)
        assert calls == []
        future.set_result(1)
        await asyncio.sleep(0)
        assert calls == [future]
        concurrent.future_add_done_callback(future, calls.append)
        assert calls == [future, future]

    run(main)


def test_the_dummy_executor_runs_at_once():
    done = concurrent.dummy_executor.submit(lambda a, b: (a, b, threading.current_thread()), 1, b=2)
    assert done.result() == (1, 2, threading.current_thread())
    assert isinstance(concurrent.DummyExecutor().submit(int, "x").exception(), ValueError)
    with concurrent.DummyExecutor() as executor:
        executor.shutdown(wait=False, cancel_futures=True)


class Worker:
    def __init__(self):
        self.executor = futures.ThreadPoolExecutor(1, thread_name_prefix="plain")
        self.other = futures.ThreadPoolExecutor(1, thread_name_prefix="named")

    @run_on_executor
    def plain(self, value):
        return value, threading.current_thread().name

    @run_on_executor()
    def called(self, value):
        return value, threading.current_thread().name

    @run_on_executor(executor="other")
    def named(self, *, value):
        """Return the name."""
        return value, threading.current_thread().name

    @run_on_executor
    def breaks(self):
        raise KeyError("broken")

    def close(self):
        self.executor.shutdown()
        self.other.shutdown()


def test_run_on_executor_runs_methods_on_the_executor_of_the_object(run):
    worker = Worker()

    async def main():
        future = worker.plain(1)
        assert isinstance(future, asyncio.Future)
        assert await future == (1, "plain_0")
        assert await worker.called(2) == (2, "plain_0")
        assert await worker.named(value=3) == (3, "named_0")
        with pytest.raises(KeyError, match="broken"):
            await worker.breaks()

    run(main)
    worker.close()
    assert Worker.named.__doc__ == "Return the name."


@pytest.mark.parametrize(
    "wrong", [((print,), {"executor": "x"}), ((), {"pool": "x"}), ((1, 2), {})]
)
def test_run_on_executor_takes_no_other_arguments(wrong):
    args, kwargs = wrong
    with pytest.raises(TypeError, match="executor="):
        run_on_executor(*args, **kwargs)


@return_future
def double(value, callback):
    IOLoop.current().add_callback(callback, 2 * value)


@return_future
def nothing(callback=None):
    callback()


def test_return_future_returns_a_future(run):
    async def main():
        assert await double(2) == 4
        assert await double(value=3) == 6
        assert await nothing() is None

    run(main)


def test_return_future_calls_a_callback_as_well(run):
    async def main():
        results = []
        assert await double(2, callback=results.append) == 4
        assert await double(3, results.append) == 6
        await nothing(lambda *args: results.append(args))
        await asyncio.sleep(0.01)
        assert results == [4, 6, ()]

    run(main)


@pytest.mark.expected_errors("Exception in callback")
def test_return_future_raises_an_immediate_exception_at_once(run):
    @return_future
    def breaks(callback):
        raise KeyError("broken")

    @return_future
    def returns(callback):
        return 1

    async def main():
        with pytest.raises(KeyError, match="broken"):
            breaks()
        with pytest.raises(concurrent.ReturnValueIgnoredError, match="1"):
            returns()
        with pytest.raises(KeyError, match="broken"):
            await breaks(callback=print)

    run(main)


def test_return_future_gets_the_exceptions_of_descendants(run):
    @return_future
    def breaks(callback):
        IOLoop.current().add_callback(int, "x")

    async def main():
        with pytest.raises(ValueError, match="'x'"):
            await breaks()

    run(main)


def test_return_future_lets_later_exceptions_pass(run, caplog):
    @return_future
    def breaks(callback):
        callback(1)
        callback(2)
        IOLoop.current().add_callback(int, "x")

    async def main():
        assert await breaks() == 1
        await asyncio.sleep(0.01)

    run(main)
    assert [record.exc_info[0] for record in caplog.records] == [ValueError]


def test_a_method_on_an_executor_passes_its_result_to_a_callback(run):
    class Worker:
        executor = concurrent.dummy_executor
        loop = None

        @run_on_executor(io_loop="loop", executor="executor")
        def double(self, n):
            return 2 * n

        @run_on_executor
        def own(self, callback):
            return callback

    async def main():
        result = asyncio.get_running_loop().create_future()
        Worker().double(4, callback=result.set_result)
        assert await result == 8
        assert await Worker().double(5) == 10
        assert await Worker().own(callback=3) == 3

    run(main)


def test_the_future_of_3_x_is_the_future():
    assert concurrent.TracebackFuture is concurrent.Future
