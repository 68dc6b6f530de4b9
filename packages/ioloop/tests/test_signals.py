"""Callbacks from signal handlers."""

import os
import signal
import socket
import sys
import threading
import time

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")

#: Seconds that a signal may take to be noticed.
PATIENCE = 20


@pytest.mark.parametrize("method", ["add_callback", "add_callback_from_signal"])
def test_a_signal_handler_wakes_a_loop_that_sleeps(ioloop, method):
    def handler(number, frame):
        getattr(ioloop, method)(ioloop.stop)

    old = signal.signal(signal.SIGUSR1, handler)
    timer = threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGUSR1))
    timer.start()
    ioloop.call_later(PATIENCE, ioloop.stop)
    begin = time.monotonic()
    try:
        ioloop.start()
    finally:
        timer.join()
        signal.signal(signal.SIGUSR1, old)
    assert time.monotonic() - begin < PATIENCE


def test_the_wake_up_descriptor_is_reset(ioloop):
    ioloop.add_callback(ioloop.stop)
    ioloop.start()
    assert signal.set_wakeup_fd(-1) == -1


def test_the_wake_up_descriptor_of_another_library_stays():
    from tornado.platform.asyncio import AsyncIOLoop

    left, right = socket.socketpair()
    right.setblocking(False)
    signal.set_wakeup_fd(right.fileno())
    loop = AsyncIOLoop(uvloop=False)
    try:
        loop.add_callback(loop.stop)
        loop.start()
    finally:
        loop.close()
        assert signal.set_wakeup_fd(-1) == right.fileno()
        left.close()
        right.close()


def test_asyncio_signal_handlers_work_as_well(ioloop):
    seen = []

    def add():
        ioloop.asyncio_loop.add_signal_handler(
            signal.SIGUSR1, lambda: (seen.append(1), ioloop.stop())
        )
        # Not earlier: uvloop runs timers before callbacks, and the signal would end the process.
        ioloop.call_later(0.02, os.kill, os.getpid(), signal.SIGUSR1)

    ioloop.add_callback(add)
    ioloop.call_later(PATIENCE, ioloop.stop)
    ioloop.start()
    ioloop.asyncio_loop.remove_signal_handler(signal.SIGUSR1)
    assert seen == [1]


def test_asyncio_signal_handlers_outlive_the_run_that_added_them(ioloop):
    seen = []

    async def add():
        ioloop.asyncio_loop.add_signal_handler(
            signal.SIGUSR1, lambda: (seen.append(1), ioloop.stop())
        )

    ioloop.run_sync(add)
    ioloop.call_later(0.02, os.kill, os.getpid(), signal.SIGUSR1)
    ioloop.call_later(PATIENCE, ioloop.stop)
    ioloop.start()
    ioloop.asyncio_loop.remove_signal_handler(signal.SIGUSR1)
    assert seen == [1]
    assert signal.set_wakeup_fd(-1) == -1


def test_a_loop_without_a_socket_to_wake_it_gets_one(ioloop, monkeypatch):
    if not hasattr(ioloop.asyncio_loop, "_csock"):
        pytest.skip("this loop is woken by signals in a way of its own")
    own = ioloop.asyncio_loop._csock
    monkeypatch.setattr(ioloop.asyncio_loop, "_csock", None)
    old = signal.signal(signal.SIGUSR1, lambda number, frame: ioloop.asyncio_loop.stop())
    ioloop.call_later(0.02, os.kill, os.getpid(), signal.SIGUSR1)
    ioloop.call_later(PATIENCE, ioloop.stop)
    begin = time.monotonic()
    try:
        ioloop.start()
    finally:
        signal.signal(signal.SIGUSR1, old)
        monkeypatch.setattr(ioloop.asyncio_loop, "_csock", own)
    assert time.monotonic() - begin < PATIENCE
    assert signal.set_wakeup_fd(-1) == -1


def test_control_c_ends_start(ioloop):
    ioloop.call_later(0.02, os.kill, os.getpid(), signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        ioloop.start()
    assert not ioloop.running()
