"""Event, Condition, Semaphore, BoundedSemaphore and Lock."""

import asyncio
import datetime
import gc
import time

import pytest

from tornado import gen, locks
from tornado.ioloop import IOLoop

TIMEOUTS = {
    "zero": (lambda: 0, 0),
    "past": (lambda: 1.0, 0),
    "negative": (lambda: datetime.timedelta(seconds=-1), 0),
    "deadline": (lambda: IOLoop.current().time() + 0.03, 0.02),
    "timedelta": (lambda: datetime.timedelta(milliseconds=30), 0.02),
}

every_timeout = pytest.mark.parametrize(
    ("timeout", "least"), TIMEOUTS.values(), ids=TIMEOUTS.keys()
)

WAITS = {
    "event": (locks.Event, lambda event, **kw: event.wait(**kw), lambda event: event.set()),
    "condition": (
        locks.Condition,
        lambda condition, **kw: condition.wait(**kw),
        lambda condition: condition.notify(),
    ),
    "semaphore": (
        lambda: locks.Semaphore(0),
        lambda semaphore, **kw: semaphore.acquire(**kw),
        lambda semaphore: semaphore.release(),
    ),
    "lock": (
        lambda: held(locks.Lock()),
        lambda lock, **kw: lock.acquire(**kw),
        lambda lock: lock.release(),
    ),
    "bounded semaphore": (
        lambda: held(locks.BoundedSemaphore(1)),
        lambda semaphore, **kw: semaphore.acquire(**kw),
        lambda semaphore: semaphore.release(),
    ),
}

every_wait = pytest.mark.parametrize(("make", "wait", "wake"), WAITS.values(), ids=WAITS.keys())


def held(lock):
    lock.acquire()
    return lock


def waiters(lock):
    queue = lock._permits.queue if isinstance(lock, (locks.Lock, locks.Semaphore)) else lock._queue
    return len(queue)


@every_wait
@every_timeout
def test_a_wait_ends_when_its_time_is_up(run, make, wait, wake, timeout, least):
    async def main():
        lock = make()
        begin = time.monotonic()
        waiting = wait(lock, timeout=timeout())
        try:
            assert await waiting is False
            assert isinstance(lock, locks.Condition)
        except TimeoutError:
            assert not isinstance(lock, locks.Condition)
        assert least <= time.monotonic() - begin < 5
        assert waiters(lock) == 0

    run(main)


@every_wait
def test_without_a_timeout_it_waits_for_ever(run, make, wait, wake):
    async def main():
        lock = make()
        for timeout in ({}, {"timeout": None}, {"timeout": datetime.timedelta(seconds=10)}):
            waiting = wait(lock, **timeout)
            await asyncio.sleep(0.01)
            assert not waiting.done()
            assert waiters(lock) == 1
            wake(lock)
            await waiting
            assert waiters(lock) == 0
            if isinstance(lock, locks.Event):
                lock.clear()

    run(main)


@every_wait
def test_a_cancelled_waiter_leaves_the_queue(run, make, wait, wake):
    async def main():
        lock = make()
        task = asyncio.ensure_future(wait(lock, timeout=datetime.timedelta(seconds=10)))
        future = wait(lock)
        await asyncio.sleep(0)
        task.cancel()
        future.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert waiters(lock) == 0
        last = wait(lock)
        wake(lock)
        await asyncio.wait_for(last, 5)

    run(main)


@every_wait
def test_nothing_is_lost_if_a_waiter_is_cancelled_after_it_was_woken(run, make, wait, wake):
    async def work(lock):
        await wait(lock)

    async def main():
        lock = make()
        first, *others = [asyncio.ensure_future(work(lock)) for _ in range(3)]
        await asyncio.sleep(0)
        wake(lock)
        first.cancel()  # it has been woken, but has not run yet
        with pytest.raises(asyncio.CancelledError):
            await first
        done, pending = await asyncio.wait(others, timeout=0.05)
        assert len(done) == (2 if isinstance(lock, locks.Event) else 1)
        for task in pending:
            task.cancel()
        await asyncio.sleep(0)

    run(main)


@pytest.mark.parametrize("name", ["lock", "semaphore", "bounded semaphore"])
def test_nothing_is_lost_inside_async_with_either(run, name):
    make, _, wake = WAITS[name]

    async def main():
        lock = make()

        async def hold():
            async with lock:
                raise AssertionError("cancelled before that")

        served = asyncio.ensure_future(hold())
        early = asyncio.ensure_future(hold())
        await asyncio.sleep(0)
        early.cancel()
        wake(lock)  # wakes the first, while the second is still in the queue
        served.cancel()
        await asyncio.wait([served, early])
        assert served.cancelled()
        assert early.cancelled()
        await lock.acquire(timeout=0)

    run(main)


@gen.coroutine
def hold_in_generator(lock):
    with (yield lock.acquire()):
        yield gen.sleep(10)


@pytest.mark.parametrize(
    "start",
    [
        hold_in_generator,
        lambda lock: gen.with_timeout(datetime.timedelta(seconds=10), lock.acquire()),
        lambda lock: gen.multi([lock.acquire(), gen.sleep(10)]),
    ],
    ids=["coroutine", "with_timeout", "multi"],
)
@pytest.mark.parametrize("served", [False, True])
def test_a_coroutine_that_is_cancelled_while_it_waits_for_a_lock_does_not_get_it(
    run, start, served
):
    async def main():
        lock = held(locks.Lock())
        future = start(lock)
        await asyncio.sleep(0)
        if served:
            lock.release()
        future.cancel()
        await asyncio.sleep(0.01)
        if not served:
            assert waiters(lock) == 0
            lock.release()
        await lock.acquire(timeout=0)

    run(main)


def test_a_lock_is_held_by_one_coroutine_and_passed_on_in_order(run):
    order = []

    async def work(lock, name):
        async with lock:
            order.append(f"{name} in")
            await asyncio.sleep(0)
            order.append(f"{name} out")

    async def main():
        lock = locks.Lock()
        await asyncio.gather(*[work(lock, name) for name in "abc"])

    run(main)
    assert order == ["a in", "a out", "b in", "b out", "c in", "c out"]


def test_a_permit_is_a_context_manager(run):
    @gen.coroutine
    def work(lock):
        with (yield lock.acquire()):
            yield gen.moment
            assert not lock.acquire().done()
        with (yield lock.acquire()) as nothing:
            assert nothing is None

    async def main():
        for make in (locks.Lock, locks.Semaphore, locks.BoundedSemaphore):
            lock = make()
            waiting = work(lock)
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            lock.release()  # the permit that was acquired without waiting
            await waiting

    run(main)


def test_release_is_checked(run):
    async def main():
        with pytest.raises(RuntimeError, match="release unlocked lock"):
            locks.Lock().release()
        with pytest.raises(ValueError, match=r"Semaphore released too many times.*: 2$"):
            locks.BoundedSemaphore(2).release()
        semaphore = locks.Semaphore(0)
        semaphore.release()
        await semaphore.acquire(timeout=0)

    run(main)


def test_a_plain_with_statement_is_refused():
    for lock in (locks.Lock(), locks.Semaphore(), locks.BoundedSemaphore()):
        with pytest.raises(RuntimeError, match="async with"):
            lock.__enter__()
        with pytest.raises(RuntimeError, match="async with"):
            lock.__exit__(None, None, None)


def test_a_semaphore_is_held_by_as_many_coroutines_as_it_has_permits(run):
    inside = []
    most = []

    async def work(semaphore):
        async with semaphore:
            inside.append(1)
            most.append(len(inside))
            await asyncio.sleep(0.001)
            inside.pop()

    async def main():
        semaphore = locks.Semaphore(3)
        await asyncio.gather(*[work(semaphore) for _ in range(10)])

    run(main)
    assert max(most) == 3


@pytest.mark.parametrize("make", [locks.Semaphore, locks.BoundedSemaphore])
def test_permits_are_not_negative(make):
    with pytest.raises(ValueError, match="-1"):
        make(-1)


def test_an_event_stays_set_until_it_is_cleared(run):
    async def main():
        event = locks.Event()
        assert not event.is_set()
        waiting = [event.wait(), event.wait()]
        event.set()
        await gen.multi(waiting)
        assert event.is_set()
        assert event.wait(timeout=0).done()
        event.clear()
        assert not event.wait().done()

    run(main)


def test_a_condition_wakes_the_first_ones(run):
    async def main():
        condition = locks.Condition()
        condition.notify()  # there is no waiter
        waiting = [condition.wait() for _ in range(5)]
        condition.notify()
        condition.notify(2)
        assert [future.done() for future in waiting] == [True] * 3 + [False] * 2
        condition.notify_all()
        assert await gen.multi(waiting) == [True] * 5

    run(main)


def test_a_condition_that_is_waited_for_again_is_not_woken_twice(run):
    async def main():
        condition = locks.Condition()
        waiting = []
        first = condition.wait()
        first.add_done_callback(lambda future: waiting.append(condition.wait()))
        condition.notify_all()
        await asyncio.sleep(0.01)
        assert [future.done() for future in waiting] == [False]

    run(main)


def test_the_reprs_have_the_words_of_upstream(run):
    async def main():
        lock, semaphore, bounded = locks.Lock(), locks.Semaphore(2), locks.BoundedSemaphore(1)
        event, condition = locks.Event(), locks.Condition()
        assert (repr(event), repr(condition)) == ("<Event clear>", "<Condition>")
        for each, value in ((lock, 1), (semaphore, 2), (bounded, 1)):
            name = f"tornado.locks.{type(each).__name__}"
            assert repr(each) == f"<{name} object at {id(each):#x} [unlocked,value:{value}]>"
        await lock.acquire()
        assert repr(lock).endswith(" [locked]>")
        lock.acquire()
        condition.wait()
        condition.wait()
        event.set()
        assert repr(lock).endswith(" [locked,waiters:1]>")
        assert (repr(event), repr(condition)) == ("<Event set>", "<Condition waiters[2]>")

    run(main)


def test_the_waiters_can_be_counted_as_programs_do(run):
    async def main():
        semaphore, event, condition = locks.Semaphore(1), locks.Event(), locks.Condition()
        assert semaphore._value == 1
        await semaphore.acquire()
        futures = [semaphore.acquire(), event.wait(), condition.wait()]
        assert [list(each._waiters) for each in (semaphore, event, condition)] == [
            [future] for future in futures
        ]
        assert semaphore._value == 0
        semaphore.release()
        event.set()
        condition.notify()
        assert [len(each._waiters) for each in (semaphore, event, condition)] == [0, 0, 0]

    run(main)


def test_a_timeout_that_nobody_awaits_is_logged_as_that_of_any_future(run, caplog):
    async def main():
        lock = locks.Lock()
        await lock.acquire()
        lock.acquire(timeout=0)  # nobody retrieves the exception
        gc.collect()

    run(main)
    assert [record.getMessage().splitlines()[0] for record in caplog.records] == [
        "Future exception was never retrieved"
    ]
    caplog.clear()


def test_locks_can_be_made_before_the_loop_runs(ioloop):
    lock = locks.Lock()
    assert lock.acquire().done()
    waiting = lock.acquire(timeout=datetime.timedelta(seconds=10))
    ioloop.add_callback(lock.release)
    ioloop.run_sync(lambda: waiting)


@every_wait
def test_a_waiter_is_done_within_the_call_that_wakes_it_and_called_back_after_it(
    run, make, wait, wake
):
    async def main():
        lock = make()
        waiter = wait(lock)
        if not isinstance(waiter, asyncio.Future):
            waiter = gen.convert_yielded(waiter)
        called = []
        waiter.add_done_callback(called.append)
        await gen.moment
        wake(lock)
        assert waiter.done()
        assert not called
        await gen.moment
        assert called == [waiter]

    run(main)
