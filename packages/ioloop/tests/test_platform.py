"""The selector thread and the other names of tornado.platform.asyncio."""

import asyncio
import contextvars
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tornado import gen
from tornado.ioloop import IOLoop
from tornado.platform.asyncio import (
    AddThreadSelectorEventLoop,
    AnyThreadEventLoopPolicy,
    AsyncIOLoop,
    AsyncIOMainLoop,
    BaseAsyncIOLoop,
    SelectorThread,
    convert_yielded,
    to_asyncio_future,
    to_tornado_future,
)


def selector_threads():
    return [t for t in threading.enumerate() if t.name == "tornado-selector"]


def test_futures_convert_to_themselves(run):
    async def main():
        future = asyncio.get_running_loop().create_future()
        assert to_tornado_future(future) is future
        assert to_asyncio_future(future) is future
        assert await to_asyncio_future(asyncio.sleep(0, 1)) == 1
        assert convert_yielded is gen.convert_yielded
        future.cancel()

    run(main)


def test_a_selector_thread_reads_and_writes(asyncio_run, pair):
    left, right = pair
    calls = []
    variable = contextvars.ContextVar("variable")

    async def main():
        loop = asyncio.get_running_loop()
        thread = SelectorThread(loop)
        done = asyncio.Event()

        def readable(name):
            calls.append((name, left.recv(10), variable.get()))
            done.set()

        variable.set("inside")
        thread.add_reader(left, readable, "reader")
        variable.set("outside")
        for _ in range(3):
            right.send(b"x")
            await asyncio.wait_for(done.wait(), 5)
            done.clear()
        thread.add_writer(left.fileno(), done.set)
        await asyncio.wait_for(done.wait(), 5)
        assert thread.remove_writer(left.fileno())
        assert not thread.remove_writer(left.fileno())
        assert thread.remove_reader(left)
        assert not thread.remove_reader(left)
        right.send(b"unseen")
        await asyncio.sleep(0.02)
        thread.close()
        thread.close()

    asyncio_run(main())
    assert calls == [("reader", b"x", "inside")] * 3
    assert selector_threads() == []


def test_a_ready_descriptor_is_not_reported_while_its_callback_waits(asyncio_run, pair):
    left, right = pair
    calls = []

    async def main():
        thread = SelectorThread(asyncio.get_running_loop())
        right.send(b"x")

        def readable():
            calls.append(1)
            time.sleep(0.02)
            left.recv(10)

        thread.add_reader(left, readable)
        await asyncio.sleep(0.1)
        thread.close()

    asyncio_run(main())
    assert calls == [1]


def test_a_callback_may_remove_another_that_is_ready(asyncio_run, pair):
    left, right = pair
    calls = []

    async def main():
        thread = SelectorThread(asyncio.get_running_loop())

        def first(me, other):
            calls.append(me)
            thread.remove_reader(me)
            thread.remove_reader(other)

        left.send(b"x")
        right.send(b"x")
        thread.add_reader(left, first, left, right)
        thread.add_reader(right, first, right, left)
        await asyncio.sleep(0.05)
        thread.close()

    asyncio_run(main())
    assert len(calls) == 1


def test_a_descriptor_that_was_closed_does_not_end_the_thread(asyncio_run, pair):
    left, right = pair
    calls = []

    async def main():
        thread = SelectorThread(asyncio.get_running_loop())
        gone, other = socket.socketpair()
        thread.add_reader(gone.fileno(), lambda: thread.remove_reader(number))
        number = gone.fileno()
        gone.close()
        other.close()
        thread.add_reader(left, lambda: calls.append(left.recv(10)))
        right.send(b"x")
        await asyncio.sleep(0.1)
        thread.close()

    asyncio_run(main())
    assert calls == [b"x"]


def test_a_loop_without_readers_gets_them(pair):
    left, right = pair
    real = asyncio.new_event_loop()
    loop = AddThreadSelectorEventLoop(real)
    calls = []

    async def main():
        loop.add_reader(left, lambda: calls.append(left.recv(10)))
        loop.add_writer(left, calls.append, "writable")
        right.send(b"x")
        await asyncio.sleep(0.05)
        assert loop.remove_reader(left)
        assert loop.remove_writer(left)

    assert loop.time.__self__ is real
    loop.run_until_complete(main())
    loop.close()
    assert b"x" in calls
    assert "writable" in calls
    assert real.is_closed()
    assert selector_threads() == []
    assert "add_reader" in AddThreadSelectorEventLoop.MY_ATTRIBUTES


def test_an_ioloop_on_a_proactor_uses_the_thread(monkeypatch, pair):
    left, right = pair

    class Proactor(asyncio.SelectorEventLoop):
        def add_reader(self, *args):
            raise NotImplementedError

        def add_writer(self, *args):
            raise NotImplementedError

    monkeypatch.setattr(asyncio, "ProactorEventLoop", Proactor, raising=False)
    monkeypatch.setattr("tornado.platform.asyncio._base.wake_on_signals", _nothing)
    asyncio_loop = Proactor()
    loop = IOLoop(asyncio_loop=asyncio_loop)
    calls = []

    def readable(fd, events):
        calls.append((fd, events, left.recv(10)))
        loop.stop()

    loop.add_handler(left, readable, loop.READ)
    right.send(b"x")
    loop.call_later(5, loop.stop)
    loop.start()
    loop.close()
    assert calls == [(left, loop.READ, b"x")]
    assert selector_threads() == []
    assert isinstance(loop, BaseAsyncIOLoop)


@pytest.fixture
def own():
    """A loop of a class of the application, derived from the base class."""

    class Own(BaseAsyncIOLoop):
        def initialize(self, **kwargs):
            self.made_with = kwargs
            super().initialize(asyncio.new_event_loop(), **kwargs)

    loop = Own(make_current=False)
    yield loop
    loop.close()


def test_a_subclass_is_built_by_initialize(own):
    assert own.made_with == {"make_current": False}
    assert IOLoop._ioloop_for_asyncio[own.asyncio_loop] is own
    with pytest.raises(RuntimeError, match="has an IOLoop already"):
        BaseAsyncIOLoop(own.asyncio_loop)


@pytest.mark.parametrize("base", [AsyncIOLoop, AsyncIOMainLoop])
def test_initialize_may_be_overridden(base):
    class Own(base):
        def initialize(self, mine=0, **kwargs):
            super().initialize(**kwargs)
            self.mine = mine

    asyncio_loop = asyncio.new_event_loop()
    loop = Own(mine=3, asyncio_loop=asyncio_loop, make_current=False)
    assert (loop.mine, loop.asyncio_loop) == (3, asyncio_loop)
    loop.close()


def test_a_subclass_runs_callbacks(own):
    calls = []
    own.call_at(own.time() + 0.02, calls.append, "timer")
    own.remove_timeout(own.call_at(own.time() + 0.01, calls.append, "removed"))
    own.call_at(own.time() + 0.04, own.stop)
    own.add_callback_from_signal(calls.append, "signal")
    own.start()
    assert calls == ["signal", "timer"]


def test_a_subclass_watches_descriptors(own, pair):
    left, right = pair
    events = []

    def ready(fd, event):
        events.append((fd, event))
        own.stop()

    own.add_handler(left, ready, own.WRITE)
    own.start()
    own.update_handler(left, own.READ)
    right.send(b"x")
    own.start()
    own.remove_handler(left)
    own.call_later(0.02, own.stop)
    own.start()
    assert events == [(left, own.WRITE), (left, own.READ)]


def test_a_subclass_runs_functions_in_threads(own):
    with ThreadPoolExecutor(1, "chosen") as first, ThreadPoolExecutor(1, "given") as second:
        own.set_default_executor(first)
        for executor, name in ((None, "chosen_0"), (second, "given_0")):
            work = own.run_in_executor(executor, lambda: threading.current_thread().name)
            assert own.run_sync(lambda work=work: work) == name


class _nothing:
    def __init__(self, loop):
        pass

    def __enter__(self):
        pass

    def __exit__(self, *exc_info):
        pass


def test_a_policy_makes_loops_in_any_thread():
    """asyncio only does this in the main thread."""
    before = asyncio.get_event_loop_policy()
    with pytest.warns(DeprecationWarning, match=r"use asyncio\.run or asyncio\.new_event_loop"):
        policy = AnyThreadEventLoopPolicy()
    asyncio.set_event_loop_policy(policy)

    def work():
        loop = asyncio.get_event_loop()
        again = policy.get_event_loop()
        current = IOLoop.current().asyncio_loop
        result = loop.run_until_complete(asyncio.sleep(0, "done"))
        loop.close()
        return loop is again is current, result

    try:
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(work).result(10) == (True, "done")
    finally:
        asyncio.set_event_loop_policy(before)


def test_loops_that_asyncio_has_closed_are_freed():
    def living():
        return len(IOLoop._ioloop_for_asyncio)

    before = living()
    for _ in range(5):
        loop = asyncio.new_event_loop()
        loop.call_soon(IOLoop.current)
        loop.call_soon(loop.stop)
        loop.run_forever()
        loop.close()
    assert living() <= before + 1
