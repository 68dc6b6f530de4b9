from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import sys
from tornado.util import print_uncaught
error = OSError(98, "busy")
print_uncaught(error, {line!r})
{then}
raise error
"""


def run(line, then=""):
    code = PROGRAM.format(line=line, then=then)
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


def test_an_error_that_nobody_catches_is_one_line():
    ended = run("port 80 is in use")
    assert (ended.stderr, ended.returncode) == ("port 80 is in use\n", 1)


def test_an_empty_line_is_not_printed():
    assert run("").stderr == ""


def test_other_errors_keep_their_traceback():
    assert "ZeroDivisionError" in run("busy", "1 / 0").stderr


def test_a_hook_of_the_program_is_left_alone():
    ended = run("busy", "sys.excepthook = lambda *error: print('mine')")
    assert (ended.stdout, ended.stderr) == ("mine\n", "")


def test_the_error_can_be_caught_as_usual():
    ended = run("busy", "try:\n    raise error\nexcept OSError as e:\n    print(e); sys.exit(3)")
    assert (ended.stdout, ended.returncode) == ("[Errno 98] busy\n", 3)
