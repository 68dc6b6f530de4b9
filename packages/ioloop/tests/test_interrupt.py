from __future__ import annotations

import signal
import subprocess
import sys

import pytest

START = """
import sys, signal
from tornado.ioloop import IOLoop

def press_ctrl_c():
    signal.raise_signal(signal.SIGINT)

loop = IOLoop.current()
loop.add_callback(press_ctrl_c)
"""


def run(program: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", START + program],
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX ends an interrupted program by a signal")
def test_ctrl_c_ends_a_program_by_the_signal_and_without_a_traceback() -> None:
    result = run("loop.start()")

    assert result.stderr == ""
    assert result.returncode == -signal.SIGINT


def test_a_program_can_catch_the_interrupt_and_clean_up() -> None:
    result = run("try:\n    loop.start()\nexcept KeyboardInterrupt:\n    print('cleaned up')")

    assert (result.returncode, result.stdout, result.stderr) == (0, "cleaned up\n", "")


def test_an_error_while_cleaning_up_is_printed() -> None:
    result = run("try:\n    loop.start()\nexcept KeyboardInterrupt:\n    1 / 0")

    assert result.returncode == 1
    assert "ZeroDivisionError" in result.stderr


def test_a_hook_that_the_program_has_set_is_called() -> None:
    result = run("sys.excepthook = lambda kind, *rest: print('hook', kind.__name__)\nloop.start()")

    assert result.stdout == "hook KeyboardInterrupt\n"
