"""The examples of the README print what it says."""

import pathlib
import re

import pytest

TEXT = (pathlib.Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```python\n(.*?)```\s+```text\n(.*?)```", TEXT, re.DOTALL)


def test_every_example_says_what_it_prints():
    assert len(EXAMPLES) == TEXT.count("```python") > 3


@pytest.mark.parametrize("switch", ["0", "1"])
@pytest.mark.parametrize(("code", "printed"), EXAMPLES)
def test_an_example_prints_what_the_readme_says(code, printed, switch, programs):
    done = programs.run(code, environment={"TORNADO_UVLOOP": switch}, warnings_are_errors=True)
    assert done.stderr == ""
    assert done.stdout == printed
