"""Forking happens in programs of their own: a forked test runner would run the tests twice."""

import os
import signal

import pytest

from tornado.process import cpu_count, fork_processes, task_id

HEAD = """
import logging, os, signal, sys, time
from tornado.process import fork_processes, task_id
logging.basicConfig(level=logging.INFO, format="%(message)s")

def say(*words):
    os.write(1, (" ".join(map(str, words)) + "\\n").encode())
"""


@pytest.fixture
def run(interpreter):
    """Run a program and return its exit status, output and log."""
    return lambda program: interpreter.run(HEAD + program)


def test_every_child_has_a_number_and_the_parent_exits_with_them(run):
    status, output, log = run(
        """
assert task_id() is None
number = fork_processes(3)
say(number, task_id())
"""
    )
    assert status == 0
    assert sorted(output.split("\n")) == ["", "0 0", "1 1", "2 2"]
    assert "Starting 3 processes" in log
    assert log.count("exited normally") == 3


@pytest.mark.parametrize("count", ["None", "0", "-1"])
def test_no_number_means_one_per_processor(run, count):
    status, output, _ = run(f"say(fork_processes({count}))")
    assert status == 0
    assert sorted(map(int, output.split())) == list(range(cpu_count()))


@pytest.mark.parametrize(
    ("end", "words"),
    [
        ("sys.exit(3)", "exited with status 3, restarting"),
        ("os.kill(os.getpid(), signal.SIGKILL)", "was ended by signal 9, restarting"),
        ("raise LookupError('boo')", "exited with status 1, restarting"),
    ],
)
def test_a_child_that_died_is_restarted_with_its_number(run, tmp_path, end, words):
    status, output, log = run(
        f"""
number = fork_processes(2)
mark = {str(tmp_path / "mark")!r}
if number == 1 and not os.path.exists(mark):
    open(mark, "w").close()
    {end}
say(number)
"""
    )
    assert status == 0
    assert sorted(output.split()) == ["0", "1"]
    assert words in log


@pytest.mark.parametrize("limit", [0, 2])
def test_too_many_restarts_end_the_parent(run, limit):
    status, _, log = run(f"fork_processes(1, max_restarts={limit})\nsys.exit(1)")
    assert status == 1
    assert "Too many child restarts, giving up" in log
    assert log.count("restarting") == limit


def test_a_parent_that_gives_up_leaves_no_child_behind(run):
    status, output, _ = run(
        "if fork_processes(2, max_restarts=0) == 1: sys.exit(3)\ntime.sleep(60)\nsay('late')"
    )
    # run() returns when the pipe of the other child has ended, too.
    assert status == 1
    assert "late" not in output


def test_a_first_child_that_cannot_start_ends_all(run):
    status, output, log = run(
        "if fork_processes(2) == 1: sys.exit(78)\ntime.sleep(60)\nsay('late')"
    )
    assert status == 78
    assert output == ""
    assert "child 1 " in log
    assert "could not start, ending the others" in log
    assert "restarting" not in log


def test_a_later_child_that_cannot_start_is_restarted(run, tmp_path):
    status, output, log = run(
        f"""
number = fork_processes(1)
mark = {str(tmp_path / "mark")!r}
if not os.path.exists(mark):
    open(mark, "w").close()
    sys.exit(3)
if os.path.getsize(mark) == 0:
    with open(mark, "w") as file:
        file.write("x")
    sys.exit(78)
say(number)
"""
    )
    assert status == 0
    assert output == "0\n"
    assert "exited with status 78, restarting" in log


def test_termination_is_passed_on_and_nobody_is_restarted(interpreter):
    with interpreter.start(HEAD + "say(fork_processes(2))\ntime.sleep(60)") as program:
        assert {program.stdout.readline(), program.stdout.readline()} == {b"0\n", b"1\n"}
        program.send_signal(signal.SIGTERM)
        assert program.wait(10) == 0
        # The pipe ends only when both children have ended.
        assert program.stdout.read() == b""


@pytest.fixture
def interruptible(interpreter):
    """Run a program in a session of its own, with two children that are up."""
    code = """
number = fork_processes(2)
signal.signal(signal.SIGINT, signal.SIG_DFL)
say(number)
time.sleep(60)
"""
    with interpreter.start(HEAD + code) as program:
        assert {program.stdout.readline(), program.stdout.readline()} == {b"0\n", b"1\n"}
        yield program


def test_an_interrupt_of_all_ends_all_without_a_traceback_of_the_parent(interruptible):
    os.killpg(interruptible.pid, signal.SIGINT)
    assert interruptible.wait(10) == 0
    assert b"Traceback" not in interruptible.stderr.read()


def test_an_interrupt_of_the_parent_alone_is_passed_on_where_there_is_no_terminal(
    interruptible,
):
    interruptible.send_signal(signal.SIGINT)
    assert interruptible.wait(10) == 0
    # The pipe ends only when both children have ended.
    assert interruptible.stdout.read() == b""


def test_an_interrupt_while_processes_are_started_ends_all_too(run):
    # The first child interrupts everybody while the parent still starts the others.
    status, _, log = run(
        "signal.signal(signal.SIGINT, signal.SIG_DFL)\n"  # the children have it from the beginning
        "number = fork_processes(20)\n"
        "if number == 0: os.kill(os.getppid(), signal.SIGINT); sys.exit()\n"
        "time.sleep(0.5)"
    )
    assert status == 0
    assert "Traceback" not in log


def test_a_child_that_dies_while_all_are_asked_to_end_is_not_started_anew(run):
    # The parent is asked to end in the middle of starting a child anew.
    status, output, _ = run(
        "class Asking(logging.Handler):\n"
        "    def emit(self, record):\n"
        "        if 'restarting' in record.getMessage():\n"
        "            os.kill(os.getpid(), signal.SIGTERM)\n"
        "logging.getLogger('tornado.general').addHandler(Asking())\n"
        "number = fork_processes(1)\n"
        "say('started')\n"
        "sys.exit(3)"
    )
    assert status == 0
    assert output.split() == ["started"]


def test_random_numbers_differ_between_the_children(run):
    _, output, _ = run("import random\nfork_processes(3)\nsay(random.random())")
    assert len(set(output.split())) == 3


def test_forking_under_a_running_loop_is_refused(bed):
    async def main():
        with pytest.raises(RuntimeError, match="cannot fork while the loop runs"):
            fork_processes(2)

    bed.run(main())


def test_a_child_does_not_fork_again(run):
    status, _, log = run("fork_processes(1, max_restarts=0)\nfork_processes(1)")
    assert status == 1
    assert "forked process already, number 0" in log


def test_a_process_that_was_not_forked_has_no_number():
    assert task_id() is None


def test_there_is_at_least_one_processor():
    assert 1 <= cpu_count() <= os.cpu_count()
