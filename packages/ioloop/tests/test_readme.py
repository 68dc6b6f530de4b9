"""The examples of the README print what it says."""

import pathlib
import re
import subprocess
import sys

import pytest

TEXT = (pathlib.Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```python\n(.*?)```\s+```text\n(.*?)```", TEXT, re.DOTALL)


def test_every_example_says_what_it_prints():
    assert len(EXAMPLES) == TEXT.count("```python") > 3


@pytest.mark.parametrize("switch", ["0", "1"])
@pytest.mark.parametrize(("code", "printed"), EXAMPLES)
def test_an_example_prints_what_the_readme_says(code, printed, switch, monkeypatch):
    monkeypatch.setenv("TORNADO_UVLOOP", switch)
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.stderr == ""
    assert done.stdout == printed
