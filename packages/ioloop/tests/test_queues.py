"""Queue, PriorityQueue and LifoQueue."""

import asyncio
import datetime
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tornado import gen, queues
from tornado.ioloop import IOLoop

KINDS = {
    queues.Queue: list,
    queues.PriorityQueue: sorted,
    queues.LifoQueue: lambda items: list(reversed(items)),
}

every_timeout = pytest.mark.parametrize(
    ("timeout", "least"),
    [
        (lambda: 0, 0),
        (lambda: datetime.timedelta(seconds=-1), 0),
        (lambda: IOLoop.current().time() + 0.03, 0.02),
        (lambda: datetime.timedelta(milliseconds=30), 0.02),
    ],
    ids=["zero", "negative", "deadline", "timedelta"],
)

every_kind = pytest.mark.parametrize("make", KINDS)


def drain(queue):
    items = []
    while not queue.empty():
        items.append(queue.get_nowait())
    return items


@every_kind
def test_items_come_in_the_order_of_the_queue(run, make):
    items = [3, 1, 2, 5, 4]

    async def main():
        queue = make()
        for item in items:
            await queue.put(item)
        assert queue.qsize() == 5
        assert not queue.empty()
        return [await queue.get() for _ in items]

    assert run(main) == KINDS[make](items)


@given(st.lists(st.integers()), st.data())
def test_any_mix_of_puts_and_gets_neither_loses_nor_repeats_items(items, data):
    make = data.draw(st.sampled_from(list(KINDS)))
    maxsize = data.draw(st.integers(0, 4))
    operations = data.draw(st.permutations(["put"] * len(items) + ["get"] * len(items)))

    async def main():
        queue = make(maxsize)
        left = list(items)
        puts, gets = [], []
        for operation in operations:
            if operation == "put":
                puts.append(queue.put(left.pop(0)))
            else:
                gets.append(queue.get())
            assert maxsize == 0 or queue.qsize() <= maxsize
        await gen.multi(puts)
        return sorted(await gen.multi(gets))

    assert asyncio.run(main()) == sorted(items)


@every_kind
@every_timeout
def test_get_and_put_end_when_their_time_is_up(run, make, timeout, least):
    async def main():
        queue = make(1)
        begin = time.monotonic()
        with pytest.raises(TimeoutError):
            await queue.get(timeout=timeout())
        queue.put_nowait(1)
        with pytest.raises(TimeoutError):
            await queue.put(2, timeout=timeout())
        with pytest.raises(TimeoutError):
            await queue.join(timeout=timeout())
        assert 3 * least <= time.monotonic() - begin < 10
        assert drain(queue) == [1]
        assert (len(queue._getters), len(queue._putters)) == (0, 0)

    run(main)


def test_a_timeout_of_zero_gets_an_item_that_is_there(run):
    async def main():
        queue = queues.Queue(1)
        await queue.put(1, timeout=0)
        assert await queue.get(timeout=0) == 1
        queue.task_done()
        await queue.join(timeout=0)

    run(main)


@every_kind
def test_nowait_never_waits(make):
    queue = make(1)
    with pytest.raises(queues.QueueEmpty):
        queue.get_nowait()
    queue.put_nowait(1)
    with pytest.raises(queues.QueueFull):
        queue.put_nowait(2)
    assert queue.full()
    assert queue.get_nowait() == 1


def test_a_full_queue_makes_producers_wait_in_order(run):
    async def main():
        queue = queues.Queue(maxsize=2)
        assert queue.maxsize == 2
        waiting = [queue.put(number) for number in range(5)]
        assert [future.done() for future in waiting] == [True, True, False, False, False]
        found = [await queue.get() for _ in range(5)]
        await gen.multi(waiting)
        return found

    assert run(main) == [0, 1, 2, 3, 4]


def test_waiting_consumers_are_served_in_order(run):
    async def main():
        queue = queues.Queue()
        waiting = [queue.get() for _ in range(3)]
        for number in range(3):
            queue.put_nowait(number)
        assert queue.empty()
        return await gen.multi(waiting)

    assert run(main) == [0, 1, 2]


@every_kind
def test_no_item_is_lost_if_a_consumer_is_cancelled_after_it_was_woken(run, make):
    async def main():
        queue = make()

        async def consume():
            await queue.get()

        task = asyncio.ensure_future(consume())
        await asyncio.sleep(0)
        for item in (1, 2, 3):
            queue.put_nowait(item)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        items = drain(queue)
        assert sorted(items) == [1, 2, 3]
        if make is not queues.LifoQueue:
            assert items == [1, 2, 3]

    run(main)


def test_its_item_goes_to_the_next_consumer(run):
    async def main():
        queue = queues.Queue()

        async def consume():
            return await queue.get()

        first, second = asyncio.ensure_future(consume()), asyncio.ensure_future(consume())
        await asyncio.sleep(0)
        queue.put_nowait("item")
        first.cancel()
        assert await asyncio.wait_for(second, 5) == "item"

    run(main)


def test_a_cancelled_producer_puts_nothing(run):
    async def main():
        queue = queues.Queue(1)
        queue.put_nowait(1)
        waiting = queue.put(2)
        waiting.cancel()
        assert drain(queue) == [1]
        assert queue.empty()
        assert queue._unfinished_tasks == 1

    run(main)


def test_join_waits_until_every_item_is_done(run):
    async def main():
        queue = queues.Queue()
        await queue.join()
        for item in range(3):
            queue.put_nowait(item)
        waiting = queue.join()
        for _ in range(3):
            assert not waiting.done()
            await queue.get()
            queue.task_done()
        await waiting
        with pytest.raises(ValueError, match="called too many times"):
            queue.task_done()
        queue.put_nowait(4)
        assert not queue.join().done()

    run(main)


def test_a_queue_is_an_endless_iterator(run):
    async def main():
        queue = queues.Queue()
        found = []
        IOLoop.current().add_callback(lambda: [queue.put_nowait(number) for number in range(3)])
        async for item in queue:
            found.append(item)
            if item == 2:
                break
        return found

    assert run(main) == [0, 1, 2]


def test_maxsize_is_a_number_of_items():
    with pytest.raises(TypeError, match="maxsize can't be None"):
        queues.Queue(None)
    with pytest.raises(ValueError, match=r"maxsize can't be negative.*-1"):
        queues.Queue(-1)
    assert queues.Queue().maxsize == 0
    assert not queues.Queue().full()


def test_the_reprs_show_the_items(run):
    async def main():
        queue = queues.Queue(1)
        assert str(queue) == "<Queue maxsize=1>"
        queue.get()
        assert str(queue) == "<Queue maxsize=1 getters[1]>"
        queue.put_nowait(1)
        queue.put_nowait(2)
        queue.put(3)
        assert str(queue) == "<Queue maxsize=1 queue=deque([2]) putters[1] tasks=2>"
        assert repr(queue).startswith("<Queue at 0x")

    run(main)


def test_subclasses_choose_their_own_order(run):
    class Unique(queues.Queue):
        def _init(self):
            self._queue = set()

        def _put(self, item):
            self._queue.add(item)

        def _get(self):
            return self._queue.pop()

    async def main():
        queue = Unique()
        for item in (1, 1, 2, 2):
            queue.put_nowait(item)
        assert queue.qsize() == 2
        waiting = asyncio.ensure_future(cancelled(Unique()))
        await waiting
        return sorted(drain(queue))

    async def cancelled(queue):
        async def consume():
            await queue.get(timeout=datetime.timedelta(seconds=5))

        task = asyncio.ensure_future(consume())
        await asyncio.sleep(0)
        queue.put_nowait(1)
        task.cancel()
        await asyncio.wait([task])
        assert drain(queue) == [1]

    assert run(main) == [1, 2]


def test_get_nowait_returns_an_item_or_raises():
    async def main():
        queue = queues.Queue()
        queue.put_nowait("first")
        assert queue.get_nowait() == "first"
        with pytest.raises(queues.QueueEmpty):
            queue.get_nowait()

    asyncio.run(main())


@pytest.mark.parametrize(
    ("kind", "items"),
    [
        (queues.Queue, [5, 4, 6, 3]),
        (queues.LifoQueue, [6, 3, 4, 5]),
        (queues.PriorityQueue, [4, 3, 5, 6]),
    ],
)
def test_an_item_that_waits_for_room_is_in_the_order_when_somebody_gets_one(run, kind, items):
    async def main():
        queue = kind(maxsize=2)
        queue.put_nowait(5)
        queue.put_nowait(4)
        waiting = [queue.put(6), queue.put(3)]
        assert [future.done() for future in waiting] == [False, False]
        first = [queue.get_nowait()]
        assert [future.done() for future in waiting] == [True, False]
        return [*first, await queue.get(), queue.get_nowait(), queue.get_nowait()]

    assert run(main) == items


def test_the_waiters_can_be_counted_as_programs_do(run):
    async def main():
        queue = queues.Queue(1)
        getting = queue.get()
        assert list(queue._getters) == [getting]
        queue.put_nowait(1)
        queue.put_nowait(2)
        putting = queue.put(3)
        assert (len(queue._getters), list(queue._putters)) == (0, [putting])

    run(main)


def test_a_limit_with_a_fraction_is_rounded_up(run):
    async def main():
        queue = queues.Queue(maxsize=1.3)
        queue.put_nowait(0)
        queue.put_nowait(1)
        assert queue.full()
        waiting = queue.put(2)
        assert queue.get_nowait() == 0
        await waiting
        assert [await queue.get(), await queue.get()] == [1, 2]

    run(main)
