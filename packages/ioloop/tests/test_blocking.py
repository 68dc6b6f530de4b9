"""Reports on callbacks that block the loop."""

import asyncio
import doctest
import os
import signal
import textwrap
import threading
import time
from functools import partial

import pytest

from tornado.ioloop import IOLoop
from tornado.ioloop import _blocking as blocking
from tornado.platform.asyncio import AsyncIOLoop


def busy(seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass


def sleepy(seconds):
    """Sleep in slices, most of which remain if the machine stops the process in between."""
    for _ in range(round(seconds / 0.01)):
        time.sleep(0.01)


def reports_on(name, caplog):
    """Return the lines about a function. On a busy machine others may block as well."""
    return [
        record.getMessage()
        for record in caplog.records
        if record.name == "tornado.application" and record.getMessage().count(name)
    ]


def threads_become(count):
    """Wait until the number of threads that watch a loop is right."""
    end = time.monotonic() + 5
    while count != sum(t.name == "tornado-blocking-watch" for t in threading.enumerate()):
        assert time.monotonic() < end
        time.sleep(0.01)


def watched(ioloop, callback, threshold=0.05):
    """Run a callback on a watched loop."""
    ioloop.set_blocking_log_threshold(threshold)
    ioloop.call_later(0.05, callback)
    ioloop.call_later(0.1, lambda: ioloop.call_later(0.05, ioloop.stop))
    ioloop.start()
    ioloop.set_blocking_log_threshold(None)


def reported(run, name, caplog):
    """Run something and return the lines about a function.

    If the machine stops the process for a moment, the watch may not see enough to report anything.
    So there are three attempts.
    """
    for _ in range(3):
        run()
        if lines := reports_on(name, caplog):
            return lines
    return []


@pytest.mark.parametrize("block", [busy, sleepy])
def test_one_line_says_what_blocked_where_and_for_how_long(ioloop, caplog, block):
    def guilty():
        block(0.3)

    (text,) = reported(lambda: watched(ioloop, guilty), "guilty", caplog)
    assert block.__name__ in text
    assert os.path.basename(__file__) in text
    seconds = float(text.split("for ")[1].split(" s")[0])
    assert 0.2 < seconds < 2


def test_a_callback_that_blocks_from_the_start_is_named(kind, caplog):
    def guilty():
        sleepy(0.2)

    def run():
        loop = AsyncIOLoop(uvloop=kind == "uvloop", blocking_threshold=0.05)
        for _ in range(2):  # once more after a pause
            loop.add_callback(guilty)
            loop.call_later(0.25, loop.stop)
            loop.start()
            time.sleep(0.05)
        loop.close()

    assert len(reported(run, "guilty", caplog)) == 2


def test_the_first_task_of_a_program_is_named(asyncio_run, caplog):
    async def guilty():
        IOLoop.current().set_blocking_log_threshold(0.05)
        sleepy(0.2)
        await asyncio.sleep(0.1)

    assert len(reported(lambda: asyncio_run(guilty()), "guilty", caplog)) == 1


def test_a_loop_in_another_thread_is_watched_from_the_start(ioloop, caplog):
    def guilty():
        sleepy(0.2)

    def run():
        ioloop.add_callback(guilty)
        ioloop.call_later(0.25, ioloop.stop)
        thread = threading.Thread(target=ioloop.start)
        thread.start()
        thread.join()

    ioloop.set_blocking_log_threshold(0.05)
    assert len(reported(run, "guilty", caplog)) == 1
    ioloop.set_blocking_log_threshold(None)


def test_a_coroutine_that_blocks_is_named(ioloop, caplog):
    async def guilty():
        await asyncio.sleep(0)
        sleepy(0.2)

    assert len(reported(lambda: watched(ioloop, guilty), "guilty", caplog)) == 1


def test_a_task_of_asyncio_is_named(asyncio_run, caplog):
    async def guilty():
        sleepy(0.2)

    async def main():
        IOLoop.current().set_blocking_log_threshold(0.05)
        await asyncio.sleep(0.05)
        await asyncio.create_task(guilty())
        await asyncio.sleep(0.05)

    assert len(reported(lambda: asyncio_run(main()), "guilty", caplog)) == 1


@pytest.mark.parametrize(
    ("name", "function", "arguments"),
    [
        ("sleep", time.sleep, [0.2]),
        # The function that it calls has a new frame each time.
        ("<lambda>", partial(max, key=lambda number: -number), [range(2_000_000)]),
    ],
)
def test_a_function_without_a_frame_is_named(ioloop, caplog, name, function, arguments):
    guilty = partial(function, *arguments)
    assert len(reported(lambda: watched(ioloop, guilty), f"{name} blocked", caplog)) == 1


def test_many_calls_of_one_function_in_a_round_are_load(ioloop, caplog):
    def tiny():
        for _ in range(1000):
            pass

    async def step():
        await asyncio.sleep(0)
        tiny()

    def fill():
        for _ in range(7_500):
            ioloop.add_callback(tiny)
            asyncio.get_running_loop().call_soon(tiny)

    async def main():
        fill()
        await asyncio.sleep(0)
        await asyncio.gather(*(step() for _ in range(2_500)))

    def run():
        caplog.clear()
        ioloop.run_sync(main)
        return reports_on(f"in {tiny.__qualname__}", caplog)

    ioloop.set_blocking_log_threshold(0.1)
    # A machine that stops the process in the middle of a call makes that one long.
    assert any(run() == [] for _ in range(3))


def test_a_loop_that_is_idle_or_busy_with_short_callbacks_is_not_reported(ioloop, caplog):
    def short():
        time.sleep(0.001)
        ioloop.add_callback(short)

    ioloop.set_blocking_log_threshold(0.4)
    ioloop.call_later(0.2, short)
    ioloop.call_later(0.75, ioloop.stop)
    ioloop.start()
    assert caplog.records == []


def test_it_can_be_turned_off_and_costs_nothing_then(ioloop, caplog):
    threads_become(0)
    assert ioloop._blocking_watch is None
    ioloop.set_blocking_log_threshold(0.01)
    threads_become(1)
    ioloop.set_blocking_log_threshold(None)
    threads_become(0)
    ioloop.call_later(0, time.sleep, 0.2)
    ioloop.call_later(0.05, ioloop.stop)
    ioloop.start()
    assert caplog.records == []


def test_the_thread_ends_with_its_loop(kind):
    loop = AsyncIOLoop(uvloop=kind == "uvloop", blocking_threshold=0.01)
    loop.close()
    threads_become(0)


def test_an_action_is_called_while_it_blocks(ioloop):
    seen = []

    def action(number, frame):
        seen.append((number, frame.f_code.co_name))

    ioloop.set_blocking_signal_threshold(0.05, action)
    ioloop.call_later(0.05, sleepy, 0.2)
    ioloop.call_later(0.05, ioloop.stop)
    ioloop.start()
    ioloop.set_blocking_signal_threshold(None, None)
    assert (signal.SIGALRM, "sleepy") in seen


def test_log_stack_is_an_action(ioloop, caplog):
    def run():
        ioloop.call_later(0.05, sleepy, 0.2)
        ioloop.call_later(0.05, ioloop.stop)
        ioloop.start()

    ioloop.set_blocking_signal_threshold(0.05, ioloop.log_stack)
    assert reported(run, "in sleepy", caplog)


@pytest.mark.parametrize("action", ["None", "signal.SIG_DFL", "signal.SIG_IGN"])
def test_the_default_action_ends_the_process(programs, action):
    code = f"""
        import signal, time
        from tornado.ioloop import IOLoop
        loop = IOLoop()
        loop.set_blocking_signal_threshold(0.05, {action})
        loop.call_later(0.05, time.sleep, 0.3)
        loop.call_later(0.1, loop.stop)
        loop.start()
    """
    done = programs.run(textwrap.dedent(code))
    assert done.returncode == (0 if action == "signal.SIG_IGN" else -signal.SIGALRM)


def test_the_environment_turns_it_on(monkeypatch):
    def threshold(**kwargs):
        loop = AsyncIOLoop(make_current=False, **kwargs)
        watch = loop._blocking_watch
        loop.close()
        return watch and watch.threshold

    monkeypatch.delenv("TORNADO_BLOCKING_THRESHOLD", raising=False)
    assert threshold() is None
    assert threshold(blocking_threshold=0.2) == 0.2
    monkeypatch.setenv("TORNADO_BLOCKING_THRESHOLD", "0.5")
    assert threshold() == 0.5
    monkeypatch.setenv("TORNADO_BLOCKING_THRESHOLD", "0")
    assert threshold() is None
    monkeypatch.setenv("TORNADO_BLOCKING_THRESHOLD", "soon")
    with pytest.raises(ValueError, match="soon"):
        threshold()


def test_the_debug_mode_of_asyncio_turns_it_on(caplog):
    async def main():
        return IOLoop.current()._blocking_watch.threshold

    assert asyncio.run(main(), debug=True) == pytest.approx(0.1)


@pytest.mark.parametrize("seconds", [0, -1])
def test_the_threshold_is_positive(ioloop, seconds):
    with pytest.raises(ValueError, match="positive"):
        ioloop.set_blocking_log_threshold(seconds)


def test_the_longest_run_is_of_one_call():
    one = blocking.Observation(object(), "one", 0)
    two = blocking.Observation(object(), "two", 0)
    assert blocking.longest_run([one, two, two, None, two, one, one, one]) == [one] * 3
    assert doctest.testmod(blocking).failed == 0


@pytest.mark.parametrize("end", ["stops the loop itself", "is the last"])
def test_a_callback_that_blocks_is_reported_even_if_the_loop_ends_with_it(ioloop, caplog, end):
    """It is also the first callback, so the watch does not know yet which frame calls callbacks."""

    def guilty():
        sleepy(0.2)
        if end == "stops the loop itself":
            ioloop.stop()
        else:
            ioloop.add_callback(ioloop.stop)

    def run():
        ioloop.set_blocking_log_threshold(0.05)
        ioloop.add_callback(guilty)
        ioloop.start()
        ioloop.set_blocking_log_threshold(None)

    assert len(reported(run, "guilty", caplog)) == 1


def test_a_report_can_go_to_a_function_instead_of_the_log(ioloop, caplog):
    lines = []

    def guilty():
        sleepy(0.2)

    def run():
        ioloop.set_blocking_log_threshold(0.05, report=lines.append)
        ioloop.run_sync(guilty)
        ioloop.set_blocking_log_threshold(None)
        return [line for line in lines if "guilty blocked the loop for 0." in line]

    assert len(run() or run() or run()) == 1
    assert reports_on("guilty", caplog) == []
