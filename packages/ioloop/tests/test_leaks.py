"""Nothing is left behind: counted over thousands of timeouts and cancellations."""

import asyncio
import collections
import datetime
import gc
import os

import pytest

from tornado import gen, locks, queues
from tornado.ioloop import IOLoop

COUNT = 3_000


def counted():
    """Count the objects that could leak."""
    gc.collect()
    kinds = ("Future", "Task", "Handle", "Waiter", "Runner", "TimedWait", "Gathering", "coroutine")
    return collections.Counter(
        name
        for name in (type(each).__name__ for each in gc.get_objects())
        if any(name.endswith(kind) for kind in kinds)
    )


def descriptors():
    return len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0


@gen.coroutine
def generator():
    yield [gen.sleep(1000), native()]


async def native():
    await asyncio.sleep(1000)


@gen.coroutine
def wait_for_shared(future):
    yield future


WAITS = {
    "sleep": lambda: gen.sleep(1000),
    "with_timeout": lambda: gen.with_timeout(datetime.timedelta(seconds=1000), gen.sleep(1000)),
    "with_timeout of a coroutine": lambda: gen.with_timeout(
        datetime.timedelta(seconds=1000), native()
    ),
    "multi": lambda: gen.multi([gen.sleep(1000), native()]),
    "coroutine": generator,
    "event": lambda: locks.Event().wait(datetime.timedelta(seconds=1000)),
    "condition": lambda: locks.Condition().wait(datetime.timedelta(seconds=1000)),
    "semaphore": lambda: locks.Semaphore(0).acquire(datetime.timedelta(seconds=1000)),
    "queue": lambda: queues.Queue().get(datetime.timedelta(seconds=1000)),
}


@pytest.mark.parametrize("start", WAITS.values(), ids=WAITS.keys())
def test_cancellation_leaves_nothing_behind(ioloop, run, start):
    async def batch(count):
        waiting = [start() for _ in range(count)]
        await asyncio.sleep(0)
        for future in waiting:
            future.cancel()
        del waiting
        for _ in range(6):
            await asyncio.sleep(0)

    async def main():
        await batch(10)
        before, open_before = counted(), descriptors()
        for _ in range(10):
            await batch(COUNT // 10)
        # asyncio removes cancelled timers when there are many, or when their time has come.
        left = counted() - before
        left.pop("TimerHandle", None)
        return left, descriptors() - open_before

    left, opened = run(main)
    assert sum(left.values()) < 3, left
    assert opened <= 0


@gen.coroutine
def nap():
    yield gen.sleep(0)
    yield None
    yield asyncio.sleep(0)


FINISHED = {
    "sleep": lambda: gen.sleep(0),
    "coroutine": nap,
    "multi": lambda: gen.multi([gen.sleep(0), asyncio.sleep(0)]),
    "with_timeout": lambda: gen.with_timeout(datetime.timedelta(seconds=1000), gen.sleep(0)),
    "lock": lambda: served(locks.Semaphore(0)),
    "task": lambda: asyncio.ensure_future(
        async_task(lambda callback: IOLoop.current().add_callback(callback))
    ),
}


def served(semaphore):
    IOLoop.current().add_callback(semaphore.release)
    return semaphore.acquire(datetime.timedelta(seconds=1000))


async def async_task(function):
    return await gen.Task(function)


@pytest.mark.parametrize("start", FINISHED.values(), ids=FINISHED.keys())
def test_finished_operations_are_freed_without_the_garbage_collector(run, start):
    async def main():
        await start()
        gc.collect()
        gc.disable()
        try:
            before = collections.Counter(type(each).__name__ for each in gc.get_objects())
            for _ in range(200):
                await start()
            await asyncio.sleep(0)
            after = collections.Counter(type(each).__name__ for each in gc.get_objects())
        finally:
            gc.enable()
        grown = after - before
        return {name: count for name, count in grown.items() if count >= 100}

    left = run(main)
    left.pop("TimerHandle", None)
    assert left == {}


def test_a_shared_future_keeps_nothing_of_cancelled_waits(run):
    waits = (
        wait_for_shared,
        lambda future: gen.multi([future]),
        lambda future: gen.with_timeout(datetime.timedelta(seconds=1000), future),
    )

    async def main():
        shared = asyncio.get_running_loop().create_future()
        before = counted()
        for _ in range(COUNT // 30):
            for wait in waits:
                wait(shared).cancel()
            await asyncio.sleep(0)
        left = counted() - before
        left.pop("TimerHandle", None)
        shared.cancel()
        return left

    left = run(main)
    assert sum(left.values()) < 3, left


def test_timeouts_leave_nothing_behind(run):
    soon = datetime.timedelta(milliseconds=1)

    async def batch(shared, count):
        event, condition, semaphore, queue = shared
        waiting = []
        for _ in range(count // 5):
            waiting += [
                event.wait(soon),
                condition.wait(soon),
                semaphore.acquire(soon),
                queue.get(soon),
                gen.with_timeout(soon, asyncio.get_running_loop().create_future()),
            ]
        for future in waiting:
            try:
                await future
            except TimeoutError:
                continue

    async def main():
        shared = locks.Event(), locks.Condition(), locks.Semaphore(0), queues.Queue()
        await batch(shared, 50)
        await asyncio.sleep(0.01)
        before = counted()
        for _ in range(10):
            await batch(shared, COUNT // 10)
        await asyncio.sleep(0.01)
        event, condition, semaphore, queue = shared
        waiting = (event._queue, condition._queue, semaphore._permits.queue, queue._getters)
        assert [len(each) for each in waiting] == [0] * 4
        return counted() - before

    left = run(main)
    assert sum(left.values()) < 3, left


def test_removed_timeouts_leave_nothing_behind(run):
    async def main():
        loop = IOLoop.current()
        before = counted()
        for _ in range(COUNT):
            loop.remove_timeout(loop.call_later(1000, print))
        await asyncio.sleep(0.01)
        await asyncio.sleep(0.01)
        # asyncio removes cancelled timers when there are more than a hundred, and half of all are.
        return (counted() - before)["TimerHandle"]

    assert run(main) <= 110


def test_loops_leave_nothing_behind(kind):
    from tornado.platform.asyncio import AsyncIOLoop

    def once():
        loop = AsyncIOLoop(uvloop=kind == "uvloop")
        loop.run_sync(lambda: gen.sleep(0))
        loop.close()

    def loops():
        gc.collect()
        return sum(isinstance(each, IOLoop) for each in gc.get_objects())

    once()
    before, open_before = loops(), descriptors()
    for _ in range(100):
        once()
    assert loops() <= before
    assert descriptors() <= open_before
