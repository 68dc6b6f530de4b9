from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import subprocess

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")

# The signal comes from another thread, as from a terminal: when the loop has begun to wait, or when
# the program has said that it hangs.
START = """
import asyncio, os, signal, sys, threading, time
from tornado.ioloop import IOLoop
from tornado.platform.asyncio import AsyncIOLoop

hanging = threading.Event()

def press_ctrl_c(delay=0.05):
    time.sleep(delay)
    os.kill(os.getpid(), signal.SIGINT)

def press_when_it_hangs():
    hanging.wait()
    press_ctrl_c()

def hang():
    hanging.set()
    while True:
        pass

def sleep():
    hanging.set()
    time.sleep(60)

async def hang_later():
    await asyncio.sleep(0.01)
    hang()

loop = AsyncIOLoop(uvloop={uvloop})
"""
IDLE = "loop.add_callback(threading.Thread(target=press_ctrl_c).start)\n"
HANGING = "threading.Thread(target=press_when_it_hangs).start()\n"


@pytest.fixture
def run(kind, programs):
    """Run a program with a loop of one kind."""

    def run(program: str) -> subprocess.CompletedProcess[str]:
        return programs.run(START.format(uvloop=kind == "uvloop") + program)

    return run


def test_ctrl_c_ends_a_program_by_the_signal_and_without_a_traceback(run) -> None:
    result = run(IDLE + "loop.start()")

    assert result.stderr == ""
    assert result.returncode == -signal.SIGINT


def test_a_program_can_catch_the_interrupt_and_clean_up(run) -> None:
    result = run(
        IDLE + "try:\n    loop.start()\nexcept KeyboardInterrupt:\n    print('cleaned up')"
    )

    assert (result.returncode, result.stdout, result.stderr) == (0, "cleaned up\n", "")


def test_an_error_while_cleaning_up_is_printed(run) -> None:
    result = run(IDLE + "try:\n    loop.start()\nexcept KeyboardInterrupt:\n    1 / 0")

    assert result.returncode == 1
    assert "ZeroDivisionError" in result.stderr


def test_a_hook_that_the_program_has_set_is_called(run) -> None:
    result = run(
        IDLE + "sys.excepthook = lambda kind, *rest: print('hook', kind.__name__)\nloop.start()"
    )

    assert result.stdout == "hook KeyboardInterrupt\n"


@pytest.mark.parametrize(
    ("program", "place"),
    [
        ("loop.add_callback(hang); loop.start()", "in hang"),
        ("loop.add_callback(sleep); loop.start()", "in sleep"),
        ("loop.add_callback(hang_later); loop.start()", "in hang"),
        ("loop.call_later(0.01, hang); loop.start()", "in hang"),
        ("loop.run_sync(hang_later)", "in hang_later"),
        ("loop.run_sync(hang)", "in hang"),
        # A function without a frame: only the line that calls it can be shown.
        (
            "loop.add_callback(hanging.set); loop.asyncio_loop.call_later(0.01, time.sleep, 60); loop.start()",
            "run_forever",
        ),
    ],
)
def test_ctrl_c_shows_the_line_that_hangs(run, program, place) -> None:
    result = run(HANGING + program)

    assert result.returncode == -signal.SIGINT
    assert result.stderr.count("Traceback (most recent call last)") == 1
    assert place in result.stderr
    assert result.stderr.endswith("KeyboardInterrupt\n")


def test_ctrl_c_is_silent_while_run_sync_waits(run) -> None:
    result = run(IDLE + "loop.run_sync(lambda: asyncio.sleep(60))")

    assert result.returncode == -signal.SIGINT
    assert result.stderr == ""


def test_a_signal_handler_of_the_program_may_interrupt_the_wait(run) -> None:
    handler = "def stop(number, frame):\n    raise KeyboardInterrupt\nsignal.signal(signal.SIGINT, stop)\n"
    result = run(handler + IDLE + "loop.start()")

    assert result.stderr == ""
