"""gen.coroutine."""

import asyncio
import contextlib
import contextvars
import gc
import sys
import weakref
from concurrent import futures

import pytest

from tornado import gen
from tornado.ioloop import IOLoop


@gen.coroutine
def pass_on(thing):
    result = yield thing
    raise gen.Return(result)


async def native(value):
    await asyncio.sleep(0)
    return value


def test_results_are_returned_or_raised_as_gen_return(run):
    @gen.coroutine
    def plain():
        return 1

    @gen.coroutine
    def returns():
        yield None
        return 2

    @gen.coroutine
    def raises():
        yield None
        raise gen.Return(3)

    @gen.coroutine
    def raises_at_once():
        raise gen.Return(4)

    @gen.coroutine
    def nothing():
        yield None
        raise gen.Return

    async def main():
        functions = (plain, returns, raises, raises_at_once, nothing)
        return [await function() for function in functions]

    assert run(main) == [1, 2, 3, 4, None]
    assert gen.Return(5).value == 5


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda: None, None),
        (lambda: gen.moment, None),
        (lambda: native(1), 1),
        (lambda: asyncio.ensure_future(native(2)), 2),
        (lambda: pass_on(native(3)), 3),
        (lambda: gen.maybe_future(4), 4),
        (lambda: [native(5), pass_on(native(6)), None], [5, 6, None]),
        (lambda: {"seven": native(7)}, {"seven": 7}),
        (list, []),
        (dict, {}),
        (lambda: [[native(8)], {"nine": native(9)}], [[8], {"nine": 9}]),
        (lambda: IOLoop.current().run_in_executor(None, int, "10"), 10),
    ],
)
def test_many_kinds_of_objects_can_be_yielded(run, make, expected):
    async def main():
        return await pass_on(make())

    assert run(main) == expected


def test_a_future_of_a_thread_can_be_yielded(run):
    with futures.ThreadPoolExecutor(1) as executor:
        done = executor.submit(int, "1")
        done.result()

        async def main():
            from threading import current_thread

            assert await pass_on(done) == 1
            assert await pass_on(executor.submit(lambda: current_thread().name)) != (
                current_thread().name
            )

        run(main)


@pytest.mark.parametrize("thing", [5, "text", (1,), object()])
def test_other_objects_raise_in_the_generator(run, thing):
    @gen.coroutine
    def careful():
        try:
            yield thing
        except gen.BadYieldError as error:
            return str(error)

    assert "not awaitable" in run(careful)


def test_exceptions_are_raised_where_the_generator_waits(run):
    @gen.coroutine
    def breaks():
        yield None
        raise ValueError("broken")

    @gen.coroutine
    def breaks_at_once():
        raise ValueError("broken")
        yield

    @gen.coroutine
    def careful():
        caught = []
        for make in (breaks, breaks_at_once):
            try:
                yield make()
            except ValueError as error:
                caught.append(str(error))
        return caught

    assert run(careful) == ["broken", "broken"]


def test_wrong_arguments_are_the_exception_of_the_future(run):
    async def main():
        future = pass_on()
        with pytest.raises(TypeError, match="thing"):
            await future

    run(main)


def test_the_first_part_runs_at_once(run):
    steps = []

    @gen.coroutine
    def stepwise():
        steps.append(1)
        yield gen.maybe_future(None)
        steps.append(2)
        yield None
        steps.append(3)

    async def main():
        future = stepwise()
        assert steps == [1, 2]
        assert not future.done()
        await future
        assert steps == [1, 2, 3]

    run(main)


def test_moment_lets_other_callbacks_run(run):
    order = []

    @gen.coroutine
    def polite(name):
        for number in range(3):
            order.append(f"{name}{number}")
            yield gen.moment

    async def main():
        await gen.multi([polite("a"), polite("b")])
        await gen.moment

    run(main)
    assert order == ["a0", "b0", "a1", "b1", "a2", "b2"]
    assert repr(gen.moment) == "tornado.gen.moment"
    assert (gen.moment.done(), gen.moment.result(), gen.moment.exception()) == (True, None, None)
    assert not gen.moment.cancelled()


def test_a_long_chain_of_results_does_not_grow_the_stack(run):
    @gen.coroutine
    def long():
        total = 0
        for number in range(20_000):
            total += yield gen.maybe_future(number)
        return total

    assert run(long) == sum(range(20_000))


def test_context_variables_belong_to_the_coroutine(run):
    variable = contextvars.ContextVar("variable", default="outside")

    @gen.coroutine
    def inside():
        variable.set("inside")
        yield None
        seen = [variable.get()]
        yield native(None)
        seen.append(variable.get())
        return seen

    @gen.coroutine
    def at_once():
        variable.set("at once")

    async def main():
        at_once()
        seen = await inside()
        return [*seen, variable.get()]

    assert run(main) == ["inside", "inside", "outside"]


def test_native_coroutines_run_as_tasks(run):
    async def inner():
        async with asyncio.timeout(5):
            await asyncio.sleep(0)
        async with asyncio.TaskGroup() as group:
            task = group.create_task(native(1))
        return task.result(), asyncio.current_task() is not None

    async def main():
        return await pass_on(inner()), await gen.multi([inner()])

    assert run(main) == ((1, True), [(1, True)])


def test_an_async_function_may_be_decorated(run):
    assert run(lambda: gen.coroutine(native)(1)) == 1


def test_methods_and_names_are_kept():
    class Thing:
        @gen.coroutine
        def method(self, a):
            """Say something."""
            yield

    assert Thing.method.__name__ == "method"
    assert Thing.method.__doc__ == "Say something."
    assert gen.is_coroutine_function(Thing.method)
    assert gen.is_coroutine_function(Thing().method)
    assert not gen.is_coroutine_function(native)
    assert not gen.is_coroutine_function(print)
    assert Thing.method.__wrapped__(None, 1).send(None) is None


def test_cancelling_unwinds_the_generator_and_its_coroutines(run):
    ended = []

    async def inner():
        try:
            await asyncio.sleep(10)
        except asyncio.CancelledError:
            ended.append("native")
            raise

    @gen.coroutine
    def middle():
        try:
            yield inner()
        finally:
            ended.append("generator")

    async def main():
        future = pass_on([middle(), gen.sleep(10)])
        await asyncio.sleep(0.01)
        assert future.cancel()
        assert future.cancelled()
        assert not future.cancel()
        with pytest.raises(asyncio.CancelledError):
            await future
        await asyncio.sleep(0.01)
        assert asyncio.all_tasks() == {asyncio.current_task()}

    run(main)
    assert sorted(ended) == ["generator", "native"]


def test_cancelling_leaves_futures_of_the_application_alone(run):
    async def main():
        shared = asyncio.get_running_loop().create_future()
        first, second = pass_on(shared), pass_on([shared])
        third = gen.with_timeout(IOLoop.current().time() + 10, shared)
        await asyncio.sleep(0)
        for future in (first, second, third):
            future.cancel()
        await asyncio.sleep(0)
        assert not shared.done()
        assert await asyncio.wait_for(asyncio.shield(gen.multi([native(1)])), 5) == [1]
        shared.set_result(None)

    run(main)


def test_a_cancelled_generator_may_still_clean_up(run):
    ended = []

    @gen.coroutine
    def careful():
        try:
            yield gen.sleep(10)
        finally:
            yield gen.sleep(0.01)
            ended.append(True)

    async def main():
        future = careful()
        future.cancel()
        await asyncio.sleep(0.05)

    run(main)
    assert ended == [True]


def test_an_exception_after_cancellation_is_logged(run, caplog):
    @gen.coroutine
    def clumsy():
        try:
            yield gen.sleep(10)
        finally:
            raise ValueError("clumsy")

    async def main():
        clumsy().cancel()
        await asyncio.sleep(0.01)

    run(main)
    assert [record.name for record in caplog.records] == ["tornado.application"]


def test_a_generator_may_cancel_itself(run):
    cell = []

    @gen.coroutine
    def suicidal():
        yield None
        cell[0].cancel()
        yield gen.sleep(10)

    async def main():
        cell.append(suicidal())
        with pytest.raises(asyncio.CancelledError):
            await cell[0]

    run(main)


def test_the_awaited_future_may_be_cancelled(run):
    async def main():
        inner = asyncio.get_running_loop().create_future()
        outer = pass_on(inner)
        inner.cancel()
        with pytest.raises(asyncio.CancelledError):
            await outer
        done = asyncio.get_running_loop().create_future()
        done.cancel()
        with pytest.raises(asyncio.CancelledError):
            await pass_on(done)

    run(main)


def test_convert_yielded_takes_registered_types(run):
    class Promise:
        pass

    gen.convert_yielded.register(Promise, lambda promise: gen.maybe_future("kept"))
    assert run(lambda: pass_on(Promise())) == "kept"


def test_futures_convert_to_themselves(run):
    async def main():
        future = asyncio.get_running_loop().create_future()
        assert gen.convert_yielded(future) is future
        assert gen.maybe_future(future) is future
        assert gen.convert_yielded(None) is gen.moment
        assert gen.convert_yielded(gen.moment) is gen.moment
        future.cancel()

    run(main)


def test_a_coroutine_may_be_made_before_the_loop_runs(ioloop):
    future = pass_on(native(1))
    assert not future.done()
    assert ioloop.run_sync(lambda: future) == 1


def test_the_runner_can_be_called_directly(run):
    def generator():
        try:
            yield None
        except KeyError as error:
            return error.args[0]

    async def main():
        result = asyncio.get_running_loop().create_future()
        made = generator()
        waiting = asyncio.get_running_loop().create_future()
        next(made)
        runner = gen.Runner(contextvars.copy_context().run, made, result, waiting)
        runner.run()  # there is nothing to run yet
        assert runner.handle_exception(KeyError, KeyError("caught"), None)
        assert not runner.handle_exception(KeyError, KeyError("late"), None)
        runner.run()
        return await result

    assert run(main) == "caught"


def test_coroutines_nest_as_deeply_as_two_frames_each_allow(run):
    @gen.coroutine
    def nest(depth):
        if depth:
            yield nest(depth - 1)
        return depth

    @gen.coroutine
    def main():
        yield gen.sleep(0)
        before = sys.getrecursionlimit()
        sys.setrecursionlimit(1000)
        try:
            return (yield nest(300))
        finally:
            sys.setrecursionlimit(before)

    assert run(main) == 300


def test_a_native_coroutine_sees_what_the_generator_that_yields_it_has_set(run):
    variable = contextvars.ContextVar("variable", default="outside")

    async def read():
        return variable.get()

    @gen.coroutine
    def main():
        variable.set("first")
        found = [(yield read())]
        variable.set("second")
        found += yield [read(), read()]
        yield None
        variable.set("third")
        found.append((yield gen.multi([read()]))[0])
        found += (yield {"a": read()}).values()
        try:
            yield gen.maybe_future(fails())
        except ValueError:
            variable.set("fourth")
        return [*found, (yield read())]

    @gen.coroutine
    def fails():
        yield None
        raise ValueError

    assert run(main) == ["first", "second", "second", "third", "third", "fourth"]
    assert variable.get() == "outside"


def test_a_native_coroutine_among_yield_points_sees_it_too(run):
    variable = contextvars.ContextVar("variable", default="outside")

    async def read():
        return variable.get()

    @gen.coroutine
    def main():
        variable.set("inside")
        (yield gen.Callback("key"))("called")
        return (yield [gen.Wait("key"), read()])

    assert run(main) == ["called", "inside"]


@pytest.mark.skipif(
    sys.version_info >= (3, 12), reason="a generator's frame keeps those of its callers there"
)
@pytest.mark.parametrize("waits", [False, True])
@pytest.mark.parametrize("caught", [False, True])
def test_local_variables_of_a_failed_coroutine_are_freed_at_once(run, waits, caught):
    class Thing:
        pass

    refs = []

    @gen.coroutine
    def inner():
        thing = Thing()
        refs.append(weakref.ref(thing))
        if waits:
            yield None
        yield gen.maybe_future(thing)
        raise ValueError("some error")

    @gen.coroutine
    def outer():
        if not caught:
            yield inner()
        try:
            yield inner()
        except ValueError:
            return

    async def main():
        with contextlib.suppress(ValueError):
            await outer()

    gc.collect()
    gc.disable()
    try:
        run(main)
        assert [ref() for ref in refs] == [None]
    finally:
        gc.enable()


def test_in_debug_mode_a_future_says_where_its_coroutine_was_called(run):
    @gen.coroutine
    def waiting():
        yield None

    async def main():
        asyncio.get_running_loop().set_debug(True)
        future = waiting()
        line = sys._getframe().f_lineno - 1
        assert repr(future) == f"<Future pending created at {__file__}:{line}>"
        await future

    run(main)
