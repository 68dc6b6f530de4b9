"""The example of the README is run by every command that it names."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

README = (Path(__file__).parent.parent / "README.md").read_text("utf-8")
COMMANDS = re.findall(r"^\$ python (.*)$", README, re.MULTILINE)


def test_there_are_commands():
    assert len(COMMANDS) == 3


@pytest.mark.parametrize("command", COMMANDS)
def test_the_example_passes(command, tmp_path):
    (name, program) = re.search(r"```python (\S+)\n(.*?)```", README, re.DOTALL).groups()
    (tmp_path / name).write_text(program)
    done = subprocess.run(
        [sys.executable, *command.split()],
        cwd=tmp_path,
        env=os.environ
        | {
            "TORNADO_TEST_LEFTOVERS": "fail",
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "PYTHONDONTWRITEBYTECODE": "",  # or each process compiles all that it imports
        },
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert re.search("Ran 2 tests|2 passed", done.stderr + done.stdout)


def test_the_example_of_the_pytest_plugin_passes(suite):
    (program,) = re.findall(r"```python test_pages.py\n(.*?)```", README, re.DOTALL)
    suite.write(test_pages=program)

    assert suite.run().outcomes() == {"passed": ["test_a_page", "test_a_page_over_a_socket"]}
