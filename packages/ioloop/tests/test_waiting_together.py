"""multi, with_timeout, sleep and WaitIterator."""

import asyncio
import datetime
import re
import time
from concurrent import futures

import pytest

from tornado import gen
from tornado.ioloop import IOLoop


async def after(seconds, value):
    await asyncio.sleep(seconds)
    if isinstance(value, Exception):
        raise value
    return value


@pytest.mark.parametrize("multi", [gen.multi, gen.multi_future, gen.Multi])
def test_multi_returns_lists_and_dicts(run, multi):
    async def main():
        return (
            await multi([after(0.01, 1), after(0, 2)]),
            await multi({"a": after(0, 3), "b": None}),
            await multi([]),
            await multi({}),
            await multi(after(0, number) for number in range(3)),
        )

    assert run(main) == ([1, 2], {"a": 3, "b": None}, [], {}, [0, 1, 2])


def test_one_future_may_be_passed_several_times(run):
    async def main():
        future = asyncio.ensure_future(after(0.01, 1))
        return await gen.multi([future, future, future])

    assert run(main) == [1, 1, 1]


def test_the_first_exception_is_raised_and_the_others_are_logged(run, caplog):
    async def main():
        with pytest.raises(KeyError):
            await gen.multi([after(0.01, KeyError()), after(0, ValueError("v")), after(0.02, 1)])

    run(main)
    (record,) = caplog.records
    assert record.name == "tornado.application"
    assert record.getMessage() == "Multiple exceptions in yield list"
    assert record.exc_info[0] is ValueError


def test_a_cancelled_child_raises_and_is_not_logged(run, caplog):
    async def main():
        cancelled = asyncio.get_running_loop().create_future()
        cancelled.cancel()
        for children in ([cancelled, after(0, 1)], [cancelled]):
            together = gen.multi(children)
            with pytest.raises(asyncio.CancelledError):
                await together
            assert not together.cancelled()
        with pytest.raises(KeyError):
            await gen.multi([after(0, KeyError()), cancelled])

    run(main)
    assert caplog.records == []


@pytest.mark.parametrize("quiet", [ValueError, (ValueError, KeyError)])
def test_quiet_exceptions_are_not_logged(run, caplog, quiet):
    async def main():
        with pytest.raises(KeyError):
            await gen.multi([after(0, KeyError()), after(0, ValueError())], quiet_exceptions=quiet)

    run(main)
    assert caplog.records == []


def test_multi_waits_for_all_even_if_one_fails(run):
    async def main():
        ended = []

        async def slow():
            await asyncio.sleep(0.02)
            ended.append(True)

        with pytest.raises(KeyError):
            await gen.multi([after(0, KeyError()), slow()])
        return ended

    assert run(main) == [True]


def test_multi_takes_futures_of_threads(run):
    with futures.ThreadPoolExecutor(1) as executor:

        async def main():
            return await gen.multi([executor.submit(int, "1"), executor.submit(int, "2")])

        assert run(main) == [1, 2]


def test_cancelling_multi_cancels_its_coroutines(run):
    async def main():
        future = gen.multi([after(10, 1), gen.sleep(10)])
        await asyncio.sleep(0)
        future.cancel()
        await asyncio.sleep(0.01)
        assert asyncio.all_tasks() == {asyncio.current_task()}

    run(main)


@pytest.mark.parametrize(
    "timeout",
    [
        lambda: datetime.timedelta(milliseconds=10),
        lambda: IOLoop.current().time() + 0.01,
        lambda: 0,
        lambda: datetime.timedelta(-1),
    ],
)
def test_with_timeout_raises_and_cancels_nothing(run, timeout):
    async def main():
        future = asyncio.ensure_future(after(0.05, 1))
        begin = time.monotonic()
        with pytest.raises(TimeoutError, match="Timeout"):
            await gen.with_timeout(timeout(), future)
        assert time.monotonic() - begin < 5
        return await future

    assert run(main) == 1


def test_with_timeout_returns_results_and_raises_exceptions(run):
    deadline = datetime.timedelta(seconds=10)

    async def main():
        assert await gen.with_timeout(deadline, after(0, 1)) == 1
        assert await gen.with_timeout(deadline, [after(0, 1)]) == [1]
        assert await gen.with_timeout(deadline, gen.maybe_future(2)) == 2
        assert await gen.with_timeout(0, gen.maybe_future(3)) == 3
        with pytest.raises(KeyError):
            await gen.with_timeout(deadline, after(0, KeyError()))
        cancelled = asyncio.get_running_loop().create_future()
        waiting = gen.with_timeout(deadline, cancelled)
        cancelled.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        with futures.ThreadPoolExecutor(1) as executor:
            assert await gen.with_timeout(deadline, executor.submit(int, "4")) == 4

    run(main)


@pytest.mark.parametrize("message", ["too late", lambda: "too late"])
def test_the_message_is_the_text_of_the_exception(run, message):
    async def main():
        with pytest.raises(TimeoutError, match="too late"):
            await gen.with_timeout(0, gen.sleep(0.01), message=message)

    run(main)


def test_an_exception_of_a_message_function_is_raised(run):
    def message():
        raise LookupError("no words")

    async def main():
        with pytest.raises(LookupError, match="no words"):
            await gen.with_timeout(
                datetime.timedelta(milliseconds=5), asyncio.sleep(1), message=message
            )

    run(main, timeout=5)


def test_the_message_function_is_called_only_when_the_time_is_up(run):
    def message():
        raise ValueError("not now")

    async def main():
        return await gen.with_timeout(datetime.timedelta(seconds=10), after(0, 1), message=message)

    assert run(main) == 1


@pytest.mark.parametrize(("quiet", "lines"), [((), 1), (KeyError, 0)])
def test_an_exception_after_the_timeout_is_logged(run, caplog, quiet, lines):
    async def main():
        with pytest.raises(TimeoutError):
            await gen.with_timeout(0, after(0.01, KeyError()), quiet_exceptions=quiet)
        await asyncio.sleep(0.05)

    run(main)
    assert [record.name for record in caplog.records] == ["tornado.application"] * lines
    for record in caplog.records:
        assert re.fullmatch("Exception in Future .* after timeout", record.getMessage())


def test_cancelling_with_timeout_cancels_a_bare_coroutine(run):
    async def main():
        waiting = gen.with_timeout(datetime.timedelta(seconds=10), after(10, 1))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.sleep(0.01)
        assert asyncio.all_tasks() == {asyncio.current_task()}

    run(main)


def test_sleep_takes_its_time(run):
    async def main():
        begin = time.monotonic()
        await gen.sleep(0.02)
        assert time.monotonic() - begin >= 0.019
        await gen.sleep(0)
        await gen.sleep(-1)

    run(main)


def test_wait_iterator_returns_results_as_they_arrive(run):
    async def main():
        iterator = gen.WaitIterator(after(0.03, "slow"), after(0, "fast"), gen.maybe_future("now"))
        assert iterator.current_index is None
        return [
            (iterator.current_index, result, iterator.current_future.result())
            async for result in iterator
        ]

    assert run(main) == [(2, "now", "now"), (1, "fast", "fast"), (0, "slow", "slow")]


def test_wait_iterator_takes_names(run):
    async def main():
        iterator = gen.WaitIterator(late=after(0.02, 1), early=after(0, 2))
        found = []
        while not iterator.done():
            found.append((await iterator.next(), iterator.current_index))
        return found

    assert run(main) == [(2, "early"), (1, "late")]


def test_wait_iterator_returns_a_future_as_often_as_it_was_passed(run):
    async def main():
        future = asyncio.get_running_loop().create_future()
        iterator = gen.WaitIterator(future, future)
        IOLoop.current().add_callback(future.set_result, 1)
        return [(iterator.current_index, result) async for result in iterator]

    assert run(main) == [(0, 1), (1, 1)]


def test_wait_iterator_raises_and_continues(run):
    async def main():
        iterator = gen.WaitIterator(after(0, KeyError()), after(0.01, 1))
        with pytest.raises(KeyError):
            await iterator.next()
        assert await iterator.next() == 1
        assert iterator.done()
        cancelled = asyncio.get_running_loop().create_future()
        iterator = gen.WaitIterator(cancelled)
        cancelled.cancel()
        with pytest.raises(asyncio.CancelledError):
            await iterator.next()

    run(main)


def test_wait_iterator_keeps_a_result_that_nobody_took(run):
    async def main():
        iterator = gen.WaitIterator(after(0.01, 1))
        waiting = iterator.next()
        waiting.cancel()
        await asyncio.sleep(0.03)
        assert not iterator.done()
        return await iterator.next()

    assert run(main) == 1


def test_wait_iterator_takes_futures_of_threads(run):
    with futures.ThreadPoolExecutor(1) as executor:

        async def main():
            return await gen.WaitIterator(executor.submit(int, "1")).next()

        assert run(main) == 1


def test_wait_iterator_takes_futures_with_names_or_without(run):
    async def main():
        assert gen.WaitIterator().done()
        future = gen.maybe_future(1)
        with pytest.raises(ValueError, match="not both"):
            gen.WaitIterator(future, name=future)

    run(main)


def test_an_iterator_has_nothing_current_when_it_is_done(run):
    async def main():
        iterator = gen.WaitIterator(gen.maybe_future(1), gen.maybe_future(2))
        seen = []
        while not iterator.done():
            result = await iterator.next()
            seen.append((iterator.current_index, iterator.current_future.result(), result))
        return seen, iterator.current_index, iterator.current_future

    assert run(main) == ([(0, 1, 1), (1, 2, 2)], None, None)
