"""The example of the README."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path


def test_the_example_runs(tmp_path: Path) -> None:
    readme = (Path(__file__).parent.parent / "README.md").read_text()
    (example,) = re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
    (tmp_path / "example.py").write_text(example)
    subprocess.run([sys.executable, "example.py"], cwd=tmp_path, check=True, timeout=30)
