"""The current loop, and the beginning and end of loops."""

import asyncio
import gc
import subprocess
import sys
import threading
import weakref

import pytest

from tornado.ioloop import (
    IOLoop,
    close_with_loop,
    current_asyncio_loop,
    ioloop_of,
    running_asyncio_loop,
)
from tornado.platform.asyncio import AsyncIOLoop, AsyncIOMainLoop, BaseAsyncIOLoop


def in_thread(function):
    """Run a function in a thread of its own and return its result."""
    results = []
    thread = threading.Thread(target=lambda: results.append(function()))
    thread.start()
    thread.join()
    return results[0]


def test_the_running_loop_is_current(ioloop, run):
    async def main():
        return IOLoop.current()

    other = IOLoop(make_current=True)
    try:
        assert run(main) is ioloop
        assert IOLoop.current() is other
    finally:
        other.close()


def test_inside_asyncio_run_there_is_a_loop(asyncio_run):
    async def main():
        loop = IOLoop.current()
        assert loop is IOLoop.current()
        assert isinstance(loop, AsyncIOMainLoop)
        assert loop.asyncio_loop is asyncio.get_running_loop()
        assert loop.running()
        done = asyncio.Event()
        loop.add_callback(done.set)
        await done.wait()
        return loop

    assert asyncio_run(main()) is not asyncio_run(main())


def test_without_instance_nothing_is_made():
    IOLoop.clear_current()
    assert IOLoop.current(instance=False) is None
    assert IOLoop.current(False) is None

    async def main():
        assert IOLoop.current(instance=False) is None
        loop = IOLoop.current()
        assert IOLoop.current(instance=False) is loop

    asyncio.run(main())


def test_current_makes_a_loop_if_there_is_none():
    IOLoop.clear_current()
    loop = IOLoop.current()
    try:
        assert loop is IOLoop.current()
        assert not loop.running()
    finally:
        loop.close()
    assert IOLoop.current(instance=False) is None


def test_a_loop_that_asyncio_was_given_is_used():
    asyncio_loop = asyncio.new_event_loop()
    asyncio.set_event_loop(asyncio_loop)
    loop = IOLoop.current()
    assert loop.asyncio_loop is asyncio_loop
    loop.close()
    assert asyncio_loop.is_closed()


def test_a_closed_loop_is_not_current():
    asyncio_loop = asyncio.new_event_loop()
    asyncio.set_event_loop(asyncio_loop)
    asyncio_loop.close()
    loop = IOLoop.current()
    assert loop.asyncio_loop is not asyncio_loop
    loop.close()


def test_a_policy_of_the_program_is_used():
    class Policy(asyncio.DefaultEventLoopPolicy):
        def get_event_loop(self):
            return self.chosen

    policy = Policy()
    policy.chosen = asyncio.new_event_loop()
    asyncio.set_event_loop_policy(policy)
    try:
        loop = IOLoop.current()
        assert loop.asyncio_loop is policy.chosen
        loop.close()
        mine = AsyncIOLoop()
        mine.close()
        assert type(mine.asyncio_loop).__module__.startswith("asyncio")
    finally:
        asyncio.set_event_loop_policy(None)


def test_make_current_is_per_thread(ioloop):
    assert IOLoop.current() is ioloop
    other = in_thread(IOLoop.current)
    assert other is not ioloop
    other.close()
    assert IOLoop.current() is ioloop
    IOLoop.clear_current()
    assert IOLoop.current(instance=False) is None
    ioloop.make_current()
    assert IOLoop.current() is ioloop


def test_make_current_false_leaves_the_thread_as_it_is(ioloop):
    other = IOLoop(make_current=False)
    assert IOLoop.current() is ioloop
    other.close()
    assert IOLoop.current() is ioloop


def test_instance_reaches_the_main_loop_from_threads_without_one(ioloop):
    assert not IOLoop.initialized()
    assert IOLoop.instance() is ioloop
    assert IOLoop.initialized()
    assert in_thread(IOLoop.instance) is ioloop

    def own():
        loop = IOLoop()
        try:
            return IOLoop.instance() is loop
        finally:
            loop.close()

    assert in_thread(own)
    IOLoop.clear_instance()
    assert not IOLoop.initialized()
    assert IOLoop._instance is None


def test_the_loop_that_the_main_thread_starts_is_the_main_loop(ioloop):
    def work():
        IOLoop.instance().add_callback(IOLoop.instance().stop)

    ioloop.call_later(0.01, threading.Thread(target=work).start)
    ioloop.call_later(10, pytest.fail, "the thread did not reach the loop")
    ioloop.start()
    assert IOLoop._instance is ioloop
    ioloop.close()
    assert IOLoop._instance is None


def test_a_loop_that_is_not_current_does_not_become_the_main_loop():
    loop = IOLoop(make_current=False)
    loop.run_sync(lambda: None)
    assert IOLoop._instance is None
    loop.close()


def test_a_loop_in_a_thread_is_not_the_main_loop():
    def work():
        loop = IOLoop()
        loop.run_sync(lambda: None)
        found = IOLoop._instance
        loop.close()
        return found

    assert in_thread(work) is None


def test_a_loop_that_cannot_have_attributes_has_an_ioloop():
    class Strict(asyncio.SelectorEventLoop):
        def __setattr__(self, name, value):
            if name == "_tornado_ioloop":
                raise AttributeError(name)
            super().__setattr__(name, value)

    asyncio_loop = Strict()
    loop = IOLoop(asyncio_loop=asyncio_loop)

    async def main():
        return IOLoop.current()

    assert loop.run_sync(main) is loop
    assert loop in IOLoop._ioloop_for_asyncio.values()
    loop.close()
    assert asyncio_loop not in IOLoop._ioloop_for_asyncio


def test_install_chooses_the_main_loop(ioloop):
    other = IOLoop(make_current=False)
    other.install()
    assert IOLoop.current() is other
    assert in_thread(IOLoop.instance) is other
    other.close()
    assert not IOLoop.initialized()
    assert IOLoop.instance() is not other
    IOLoop.current().close()


def test_an_asyncio_loop_has_at_most_one_ioloop():
    asyncio_loop = asyncio.new_event_loop()
    loop = IOLoop(asyncio_loop=asyncio_loop, make_current=False)
    assert loop.asyncio_loop is asyncio_loop
    assert loop.selector_loop is asyncio_loop
    assert IOLoop._ioloop_for_asyncio[asyncio_loop] is loop
    with pytest.raises(RuntimeError, match="has an IOLoop already"):
        IOLoop(asyncio_loop=asyncio_loop)
    loop.close()
    assert asyncio_loop not in IOLoop._ioloop_for_asyncio
    loop.close()


def test_the_registry_is_a_mapping_that_keeps_nothing_alive():
    registry = IOLoop._ioloop_for_asyncio
    loop = IOLoop(make_current=False)
    assert loop.asyncio_loop in registry
    assert loop in registry.values()
    assert len(registry) >= 1
    with pytest.raises(KeyError):
        del registry[asyncio.AbstractEventLoop()]
    gone = weakref.ref(loop)
    loop.asyncio_loop.close()
    del loop
    gc.collect()
    assert gone() is None


def test_the_main_loop_of_asyncio_can_be_installed(asyncio_run):
    async def main():
        AsyncIOMainLoop().install()
        assert IOLoop.current().asyncio_loop is asyncio.get_running_loop()
        assert IOLoop.instance() is IOLoop.current()

    asyncio_run(main())


def test_a_main_loop_without_asyncio_makes_one():
    IOLoop.clear_current()
    loop = AsyncIOMainLoop()
    assert IOLoop.current() is loop
    loop.close()


def test_stop_before_start_makes_one_round(ioloop):
    calls = []
    ioloop.add_callback(calls.append, 1)
    ioloop.stop()
    ioloop.start()
    assert calls == [1]


def test_a_loop_cannot_be_closed_while_it_runs(ioloop, run):
    async def main():
        ioloop.close()

    with pytest.raises(RuntimeError, match="running"):
        run(main)
    assert ioloop.run_sync(lambda: None) is None


def test_loops_run_in_many_threads(kind):
    barrier = threading.Barrier(8)

    def work():
        loop = AsyncIOLoop(uvloop=kind == "uvloop")

        async def main():
            barrier.wait(10)
            for _ in range(50):
                await asyncio.sleep(0)
                assert IOLoop.current() is loop
            return loop

        try:
            return loop.run_sync(main)
        finally:
            loop.close()

    results = []
    threads = [threading.Thread(target=lambda: results.append(work())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(results)) == 8


def test_configure_only_takes_classes_built_on_asyncio():
    class Mine(AsyncIOLoop):
        pass

    IOLoop.configure(Mine)
    loop = IOLoop(make_current=False)
    assert type(loop) is Mine
    loop.close()
    IOLoop.configure("tornado.platform.asyncio.AsyncIOLoop")
    assert IOLoop.configured_class() is AsyncIOLoop
    assert issubclass(AsyncIOLoop, BaseAsyncIOLoop)
    IOLoop.configure(None)
    assert IOLoop.configured_class() is AsyncIOLoop
    with pytest.raises(RuntimeError, match="only AsyncIOLoop is allowed"):
        IOLoop.configure(IOLoop)


def test_ioloop_is_a_configurable():
    from tornado.util import Configurable

    assert issubclass(IOLoop, Configurable)
    assert IOLoop.configurable_base() is IOLoop
    assert IOLoop.configurable_default() is AsyncIOLoop
    assert AsyncIOLoop.configurable_base() is IOLoop


@pytest.mark.parametrize("impl", [None, object()])
@pytest.mark.parametrize("make", [IOLoop, lambda impl: IOLoop(impl=impl)])
def test_the_classic_argument_is_taken(make, impl):
    loop = make(impl)
    assert IOLoop.current() is loop
    assert loop.run_sync(lambda: None) is None
    loop.close()


def test_uvloop_is_used_unless_something_turns_it_off(monkeypatch):
    def implementation(**kwargs):
        loop = IOLoop(make_current=False, **kwargs)
        loop.close()
        return type(loop.asyncio_loop).__module__.partition(".")[0]

    pytest.importorskip("uvloop")
    monkeypatch.delenv("TORNADO_UVLOOP", raising=False)
    assert implementation() == "uvloop"
    assert implementation(uvloop=False) == "asyncio"
    monkeypatch.setenv("TORNADO_UVLOOP", "0")
    assert implementation() == "asyncio"
    assert implementation(uvloop=True) == "uvloop"
    monkeypatch.setenv("TORNADO_UVLOOP", "1")
    assert implementation() == "uvloop"
    IOLoop.configure(None, uvloop=False)
    assert implementation() == "asyncio"


def test_without_uvloop_asyncio_makes_the_loop(monkeypatch):
    monkeypatch.setitem(sys.modules, "uvloop", None)
    loop = IOLoop(make_current=False)
    loop.close()
    assert type(loop.asyncio_loop).__module__.startswith("asyncio")
    with pytest.raises(ImportError):
        IOLoop(make_current=False, uvloop=True)


def test_a_loop_that_cannot_be_set_up_leaves_nothing_open():
    with pytest.raises(TypeError):
        IOLoop(no_such_argument=True)
    gc.collect()  # an open loop would warn, and warnings are errors


def test_close_closes_the_descriptors_with_all_fds(ioloop):
    import socket

    loop = IOLoop(make_current=False)
    pair = socket.socketpair()
    for sock in pair:
        loop.add_handler(sock, print, loop.READ)
    loop.close(all_fds=True)
    assert [sock.fileno() for sock in pair] == [-1, -1]


@pytest.mark.parametrize("all_fds", [True, False])
def test_close_closes_registered_objects_with_all_fds(ioloop, all_fds):
    closed = []

    class Thing:
        def close(self):
            closed.append(self)

    loop = IOLoop(make_current=False)
    kept, gone = Thing(), Thing()
    close_with_loop(kept, loop.asyncio_loop)
    close_with_loop(gone, loop.asyncio_loop)
    del gone
    gc.collect()
    loop.close(all_fds=all_fds)
    assert closed == ([kept] if all_fds else [])


def test_importing_the_loop_imports_nothing_else():
    code = (
        "import sys, tornado.ioloop;"
        "print(*sorted({n.split('.')[1] for n in sys.modules if n.startswith('tornado.')}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=30
    )
    assert set(done.stdout.split()) <= {"ioloop", "concurrent", "stack_context", "util", "platform"}


def test_loops_that_asyncio_has_closed_are_forgotten_when_another_is_made():
    before = len(IOLoop._ioloop_for_asyncio)
    for _ in range(10):
        loop = asyncio.new_event_loop()
        loop.call_soon(IOLoop.current)
        loop.call_soon(loop.stop)
        loop.run_forever()
        loop.close()
    assert len(IOLoop._ioloop_for_asyncio) <= before + 1


def test_a_uvloop_that_is_not_installed_is_looked_for_once():
    program = """
import sys
from tornado.ioloop import IOLoop


class Finder:
    asked = 0

    def find_spec(self, name, path=None, target=None):
        if name == "uvloop":
            Finder.asked += 1
            raise ImportError(name)


sys.meta_path.insert(0, Finder())
for _ in range(3):
    IOLoop().close()
print(Finder.asked)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=30
    )
    assert done.stdout == "1\n"


def test_the_current_asyncio_loop_is_the_running_one_or_that_of_the_current_ioloop(ioloop):
    other = asyncio.new_event_loop()
    found = []
    other.call_soon(lambda: found.append((current_asyncio_loop(), running_asyncio_loop())))
    other.call_soon(other.stop)
    assert running_asyncio_loop() is None
    assert current_asyncio_loop() is ioloop.asyncio_loop
    other.run_forever()
    assert found == [(other, other)]
    assert ioloop_of(ioloop.asyncio_loop) is ioloop
    assert ioloop_of(other) is None
    other.close()


def test_asking_for_the_asyncio_loop_makes_one_if_there_is_none():
    IOLoop.clear_current()
    made = current_asyncio_loop()
    assert made is IOLoop.current().asyncio_loop
    IOLoop.current().close()
