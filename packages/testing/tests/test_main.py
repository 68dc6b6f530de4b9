import os
import signal
import subprocess
import sys
import textwrap

import pytest

SUITE = """
import asyncio
import logging
import sys
import time
import unittest

from tornado.testing import AsyncTestCase, gen_test, main


class GoodTest(AsyncTestCase):
    def test_good(self):
        print("in the test")

    @gen_test
    async def test_leaving(self):
        self.task = asyncio.create_task(asyncio.sleep(60))

    @gen_test
    async def test_blocking(self):
        time.sleep(0.3)


class BadTest(unittest.TestCase):
    def test_a(self):
        self.fail("a")

    def test_b(self):
        self.fail("b")


def all():
    return unittest.defaultTestLoader.loadTestsFromName("suite.GoodTest.test_good")


if __name__ == "__main__":
    main()
"""

#: What keeps tornado.options from being found, as where it is not installed.
WITHOUT_OPTIONS = """
import sys
sys.modules["tornado.options"] = None
"""


class Command:
    """Python in a folder with a suite."""

    def __init__(self, folder):
        self.folder = folder
        self.environment = os.environ | {
            "PYTHONPATH": str(folder),
            "PYTHONDONTWRITEBYTECODE": "",  # or each process compiles all that it imports
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        }
        (folder / "suite.py").write_text(SUITE)

    def __call__(self, *arguments):
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=50,
            check=False,
        )


@pytest.fixture
def command(tmp_path):
    """What runs Python, where tornado.options is there or not, as it is installed."""
    return Command(tmp_path)


@pytest.fixture(params=["with options", "without options"])
def either(request, tmp_path):
    """What runs Python, once with tornado.options and once without."""
    if request.param == "with options":
        pytest.importorskip("tornado.options")
    else:
        (tmp_path / "sitecustomize.py").write_text(WITHOUT_OPTIONS)
    return Command(tmp_path)


GOOD = "suite.GoodTest.test_good"


def test_the_command_runs_the_tests_that_are_named(either):
    done = either("-m", "tornado.testing", GOOD, "suite.BadTest.test_a")
    assert "Ran 2 tests" in done.stderr
    assert "AssertionError: a" in done.stderr
    assert done.returncode == 1
    assert either("-m", "tornado.testing", GOOD).returncode == 0


def test_the_command_without_names_says_so(either):
    done = either("-m", "tornado.testing")
    assert done.stderr == "No tests specified\n"
    assert done.stdout == ""
    assert done.returncode == 1


def test_a_module_runs_what_its_function_all_returns(command):
    done = command("suite.py")
    assert "Ran 1 test" in done.stderr
    assert done.returncode == 0


def test_a_module_runs_what_is_named_on_the_command_line(either):
    done = either("suite.py", "suite.BadTest")
    assert "Ran 2 tests" in done.stderr
    assert done.returncode == 1


def test_verbose_names_the_tests(either):
    assert "test_good (" in either("-m", "tornado.testing", "--verbose", GOOD).stderr


def test_quiet_shows_no_progress(command):
    assert not command("-m", "tornado.testing", "--quiet", GOOD).stderr.startswith(".")
    assert command("-m", "tornado.testing", GOOD).stderr.startswith(".")


def test_failfast_stops_at_the_first_failure(either):
    assert "Ran 1 test" in either("-m", "tornado.testing", "--failfast", "suite.BadTest").stderr


def test_buffer_hides_the_output_of_tests_that_pass(command):
    assert command("-m", "tornado.testing", GOOD).stdout == "in the test\n"
    assert command("-m", "tornado.testing", "--buffer", GOOD).stdout == ""


def test_leftovers_can_fail_every_test(either):
    name = "suite.GoodTest.test_leaving"
    done = either("-m", "tornado.testing", name)
    assert done.returncode == 0
    assert (
        "LeftBehindWarning: suite.GoodTest.test_leaving left behind:\n  - task sleep, "
        in done.stderr
    )
    done = either("-m", "tornado.testing", "--leftovers=fail", name)
    assert done.returncode == 1
    assert f"LeftBehindError: {name} left behind:\n  - task sleep, made in " in done.stderr


def test_blocking_can_fail_every_test(either):
    name = "suite.GoodTest.test_blocking"
    assert either("-m", "tornado.testing", name).returncode == 0
    for _ in range(3):  # a machine that stops the process keeps the watch from seeing enough
        done = either("-m", "tornado.testing", "--blocking=0.05", name)
        if done.returncode:
            break
    assert done.returncode == 1
    assert "GoodTest.test_blocking blocked the loop for 0." in done.stderr


def test_help_names_the_options(either):
    done = either("-m", "tornado.testing", "--help")
    assert done.returncode == 0
    for name in (
        "--exception-on-interrupt",
        "--verbose",
        "--failfast",
        "--leftovers",
        "--autoreload",
    ):
        assert name in done.stdout + done.stderr


def test_an_option_that_does_not_exist_is_an_error(either):
    done = either("-m", "tornado.testing", "--loudly", GOOD)
    assert done.returncode != 0
    assert "loudly" in done.stderr


def test_the_log_is_shown_as_tornado_shows_it(either):
    (either.folder / "logs.py").write_text(
        textwrap.dedent("""
        import logging, unittest
        class LogTest(unittest.TestCase):
            def test(self):
                logging.getLogger("shop").info("opened")
        """)
    )
    done = either("-m", "tornado.testing", "logs")
    assert "logs:5] opened" in done.stderr


INTERRUPTED = """
import os, signal, unittest
class InterruptedTest(unittest.TestCase):
    def test(self):
        os.kill(os.getpid(), signal.SIGINT)
        for _ in range(1000):
            pass
"""


def test_an_interrupt_shows_a_traceback_or_ends_the_process_at_once(command):
    (command.folder / "interrupted.py").write_text(INTERRUPTED)
    done = command("-m", "tornado.testing", "interrupted")
    assert "KeyboardInterrupt" in done.stderr
    done = command("-m", "tornado.testing", "--exception-on-interrupt=false", "interrupted")
    assert done.returncode == -signal.SIGINT
    assert "KeyboardInterrupt" not in done.stderr
    done = command("-m", "tornado.testing", "--catch", "interrupted")
    assert "Ran 1 test" in done.stderr


def test_autoreload_runs_the_tests_again_when_their_source_changes(command):
    file = command.folder / "again.py"
    text = (
        "import unittest\nclass T(unittest.TestCase):\n def test(self): print('one', flush=True)\n"
    )
    file.write_text(text)
    program = subprocess.Popen(
        [sys.executable, "-m", "tornado.testing", "--autoreload", "again"],
        cwd=command.folder,
        env=command.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert program.stdout.readline() == "one\n"
        # In one step: a file that is half written would be run.
        (command.folder / "new").write_text(text.replace("one", "the second"))
        os.replace(command.folder / "new", file)
        assert program.stdout.readline() == "the second\n"
    finally:
        program.kill()
        program.wait()
        program.stdout.close()


# Under pytest.

STRICT = """
[pytest]
filterwarnings =
    error
    {more}
"""


@pytest.mark.parametrize("more", ["", "default::tornado.testing.LeftBehindWarning"])
def test_pytest_runs_a_suite_unchanged_even_where_warnings_are_errors(command, more):
    (command.folder / "pytest.ini").write_text(STRICT.format(more=more))
    done = command(
        *("-m", "pytest", "-p", "no:cacheprovider", "-p", "tornado.pytest_plugin"),
        *("suite.py", "-k", "GoodTest"),
    )
    assert "3 passed" in done.stdout
    assert ("test_leaving left behind:" in done.stdout) == bool(more)
