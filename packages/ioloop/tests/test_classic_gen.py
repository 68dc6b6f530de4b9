"""gen.engine and what it yields."""

import asyncio

import pytest

from tornado import gen
from tornado.stack_context import ExceptionStackContext


@pytest.fixture
def delay(ioloop):
    """A classic function, which passes its result to a callback later."""

    def delay(value, callback, *, rounds=1):
        if rounds:
            ioloop.add_callback(delay, value, callback, rounds=rounds - 1)
        elif isinstance(value, Exception):
            raise value
        else:
            callback(value)

    return delay


def drive(ioloop, function):
    """Run an engine until the loop has nothing to do, and return what it collected."""
    out = []
    gen.engine(function)(out)
    ioloop.call_later(0.05, ioloop.stop)
    ioloop.start()
    return out


def test_a_task_returns_the_argument_of_its_callback(ioloop, delay):
    def work(out):
        out.append((yield gen.Task(delay, 1)))
        out.append((yield gen.Task(delay, 2, rounds=0)))
        out.append((yield gen.Task(lambda callback: callback())))
        several = yield gen.Task(lambda callback: callback(1, 2, key=3))
        out.append((several.args, several.kwargs))
        out.append(isinstance(several, gen.Arguments))

    assert drive(ioloop, work) == [1, 2, None, ((1, 2), {"key": 3}), True]


def test_callbacks_are_waited_for_by_key(ioloop, delay):
    def work(out):
        delay("first", (yield gen.Callback("a")), rounds=3)
        delay("second", (yield gen.Callback(("b", 2))))
        out.append((yield gen.Wait(("b", 2))))
        out.append((yield gen.Wait("a")))
        for key in "xyz":
            delay(key, (yield gen.Callback(key)), rounds=2)
        out.append((yield gen.WaitAll("zyx")))

    assert drive(ioloop, work) == ["second", "first", ["z", "y", "x"]]


def test_several_yield_points_are_waited_for_together(ioloop, delay):
    def work(out):
        out.append((yield [gen.Task(delay, 1), gen.Task(delay, 2, rounds=4)]))
        out.append((yield {"a": gen.Task(delay, 3), "b": gen.sleep(0)}))
        out.append((yield gen.Multi([gen.Task(delay, 4), gen.maybe_future(5)])))
        out.append((yield gen.Multi({"six": gen.Task(delay, 6)})))

    assert drive(ioloop, work) == [[1, 2], {"a": 3, "b": None}, [4, 5], {"six": 6}]


def test_futures_and_coroutines_can_be_yielded_too(ioloop, delay):
    async def native():
        await asyncio.sleep(0)
        return await gen.Task(delay, "native")

    def work(out):
        out.append((yield native()))
        yield gen.moment
        out.append((yield [native(), gen.sleep(0)]))

    assert drive(ioloop, work) == ["native", ["native", None]]


def test_yield_points_work_in_coroutines(run, delay):
    @gen.coroutine
    def work():
        delay(1, (yield gen.Callback("k")))
        return (yield gen.Task(delay, 2)), (yield gen.Wait("k"))

    assert run(work) == (2, 1)


def test_an_exception_of_a_callback_is_raised_in_the_generator(ioloop, delay):
    def work(out):
        try:
            yield gen.Task(delay, ValueError("broken"), rounds=3)
        except ValueError as error:
            out.append(str(error))
        try:
            yield [gen.Task(delay, KeyError("k"), rounds=2), gen.Task(delay, 1)]
        except KeyError as error:
            out.append(str(error))

    assert drive(ioloop, work) == ["broken", "'k'"]


def test_an_exception_of_a_callback_reaches_a_native_coroutine(run, delay):
    async def main():
        with pytest.raises(ValueError, match="broken"):
            await gen.Task(delay, ValueError("broken"), rounds=3)
        with pytest.raises(ValueError, match="at once"):
            await gen.Task(delay, ValueError("at once"), rounds=0)
        return await gen.Task(delay, 1)

    assert run(main) == 1


def test_an_exception_at_once_is_raised_to_the_caller(ioloop):
    @gen.engine
    def breaks():
        raise KeyError("now")
        yield

    with pytest.raises(KeyError, match="now"):
        breaks()


def test_a_later_exception_goes_to_the_block_around_the_call(ioloop, delay, caplog):
    def work(out):
        yield gen.Task(delay, 1)
        raise KeyError("later")

    seen = []
    with ExceptionStackContext(lambda typ, value, tb: seen.append(str(value)) or True):
        drive(ioloop, work)
    assert seen == ["'later'"]
    assert caplog.records == []


@pytest.mark.parametrize("make", [lambda: gen.sleep(0), lambda: None])
def test_a_later_exception_is_logged_if_there_is_no_block(ioloop, caplog, make):
    def work(out):
        yield make()
        raise KeyError("later")

    drive(ioloop, work)
    assert [record.exc_info[0] for record in caplog.records] == [KeyError]
    assert [record.name for record in caplog.records] == ["tornado.application"]


def test_an_engine_has_no_result(ioloop):
    @gen.engine
    def generator():
        yield gen.maybe_future(None)
        return 1

    @gen.engine
    def plain():
        return 1

    @gen.engine
    def old():
        raise gen.Return(1)

    for function in (generator, plain, old):
        with pytest.raises(gen.ReturnValueIgnoredError, match="1"):
            function()
    assert gen.engine(lambda: None)() is None


def test_an_engine_may_have_nothing_to_wait_for(ioloop):
    out = []

    @gen.engine
    def quick():
        out.append((yield gen.maybe_future(1)))
        raise gen.Return

    assert quick() is None
    assert out == [1]


def test_keys_are_used_once_at_a_time(ioloop, delay):
    def work(out):
        callback = yield gen.Callback("k")
        try:
            yield gen.Callback("k")
        except gen.KeyReuseError as error:
            out.append("'k'" in str(error))
        delay(1, callback)
        out.append((yield gen.Wait("k")))
        delay(2, (yield gen.Callback("k")))
        out.append((yield gen.Wait("k")))

    assert drive(ioloop, work) == [True, 1, 2]


def test_unknown_keys_are_refused(ioloop):
    def work(out):
        for point in (gen.Wait("k"), gen.WaitAll(["k"])):
            try:
                yield point
            except gen.UnknownKeyError as error:
                out.append("'k'" in str(error))

    assert drive(ioloop, work) == [True, True]


def test_callbacks_that_nobody_waited_for_are_an_error(ioloop, run):
    @gen.engine
    def engine():
        yield gen.Callback("leaked")

    @gen.coroutine
    def coroutine():
        yield gen.Callback("leaked")

    with pytest.raises(gen.LeakedCallbackError, match="leaked"):
        engine()
    with pytest.raises(gen.LeakedCallbackError, match="leaked"):
        run(coroutine)


def test_a_task_passes_the_callback_itself():
    with pytest.raises(TypeError, match="callback"):
        gen.Task(print, callback=print)


def test_applications_can_make_yield_points(ioloop):
    class Two(gen.YieldPoint):
        def start(self, runner):
            self.runner = runner

        def is_ready(self):
            return True

        def get_result(self):
            return 2

    def work(out):
        out.append((yield Two()))

    assert drive(ioloop, work) == [2]
    for method in ("is_ready", "get_result"):
        with pytest.raises(NotImplementedError):
            getattr(gen.YieldPoint(), method)()
    with pytest.raises(NotImplementedError):
        gen.YieldPoint().start(None)


def test_the_runner_keeps_results_by_key(run):
    import contextvars

    def generator():
        result = yield gen.Wait("k")
        return result

    async def main():
        future = asyncio.get_running_loop().create_future()
        made = generator()
        runner = gen.Runner(contextvars.copy_context().run, made, future, gen.moment)
        runner.register_callback("other")
        assert not runner.is_ready("other")
        runner.result_callback("other")(1, 2)
        assert runner.pop_result("other") == gen.Arguments((1, 2), {})
        runner.register_callback("k")
        await asyncio.sleep(0)
        assert not future.done()
        runner.set_result("k", "late")
        assert await future == "late"
        assert not runner.handle_yield(gen.sleep(0))

    run(main)


def test_a_callback_that_is_called_late_does_no_harm(ioloop):
    callbacks = []

    def work(out):
        out.append((yield gen.Task(lambda callback: callbacks.append(callback) or callback(1))))

    assert drive(ioloop, work) == [1]
    callbacks[0](2)


def test_yield_points_follow_their_protocol(ioloop):
    """A runner starts a yield point, asks whether it is ready, and takes its result."""

    class Points(gen.YieldPoint):
        """Call yield points as a runner does, next to a runner that is running."""

        def start(self, runner):
            callback, wait, everything = gen.Callback("a"), gen.Wait("a"), gen.WaitAll(["b"])
            other = gen.Callback("b")
            task = gen.Task(lambda callback: callback("done"))
            for point in (callback, other, wait, everything, task):
                point.start(runner)
            assert callback.is_ready()
            assert not wait.is_ready()
            assert not everything.is_ready()
            callback.get_result()(1, key=2)
            other.get_result()("all")
            assert wait.is_ready()
            assert everything.is_ready()
            assert task.is_ready()
            self.arguments = wait.get_result()
            self.results = [everything.get_result(), task.get_result()]

        def is_ready(self):
            return True

        def get_result(self):
            assert isinstance(self.arguments, gen.Arguments)
            return [self.arguments.args, self.arguments.kwargs, *self.results]

    def work(out):
        out.append((yield Points()))
        out.append((yield gen.Multi([gen.Task(lambda callback: callback(3))])))

    assert drive(ioloop, work) == [[(1,), {"key": 2}, ["all"], "done"], [3]]


def test_a_task_may_call_a_coroutine(run):
    @gen.coroutine
    def add(a, b):
        yield gen.moment
        raise gen.Return(a + b)

    @gen.coroutine
    def main():
        total = yield gen.Task(add, 1, b=2)
        raise gen.Return(total)

    assert run(main) == 3


def test_a_coroutine_passes_its_result_to_a_callback_that_is_not_its_parameter(run):
    @gen.coroutine
    def double(n):
        return 2 * n

    @gen.coroutine
    def own(n, callback=None):
        return callback

    @gen.coroutine
    def any_names(**kwargs):
        return sorted(kwargs)

    async def main():
        result = asyncio.get_running_loop().create_future()
        await double(4, callback=result.set_result)
        assert await result == 8
        assert await double(4, callback=None) == 8
        assert await own(1, callback=print) is print
        assert await any_names(callback=print) == ["callback"]
        kept = gen.coroutine(lambda callback: callback, replace_callback=False)
        assert await kept(callback=print) is print

    run(main)


def test_an_exception_of_a_coroutine_with_a_callback_goes_to_the_block_around_the_call(run):
    caught = []

    def handle(typ, value, tb):
        caught.append(typ)
        return True

    @gen.coroutine
    def fail():
        yield gen.moment
        raise KeyError("fail")

    async def main():
        with ExceptionStackContext(handle):
            fail(callback=print)
        await asyncio.sleep(0.01)

    run(main)
    assert caught == [KeyError]


@pytest.mark.parametrize(
    "point", [gen.YieldFuture, lambda future: gen.MultiYieldPoint([future], ())]
)
def test_the_yield_points_of_3_x_wait_for_futures(run, point):
    @gen.coroutine
    def main():
        future = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_soon(future.set_result, 5)
        result = yield point(future)
        raise gen.Return(result)

    assert run(main) in (5, [5])
