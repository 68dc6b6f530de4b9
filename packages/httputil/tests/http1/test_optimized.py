"""The tables of wrong requests once more, under ``python -O``: no check is an assert."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

TABLES = Path(__file__).parent / "test_request_parser.py"

SCRIPT = """
import importlib.util, sys
if __debug__:
    raise SystemExit("this must run under -O")
spec = importlib.util.spec_from_file_location("tables", sys.argv[1])
tables = importlib.util.module_from_spec(spec)
spec.loader.exec_module(tables)
for name, (data, status) in tables.BAD.items():
    for pieces in ([data], [data[at : at + 1] for at in range(len(data))]):
        outcome = tables.outcome_of(pieces)
        if outcome != status:
            raise SystemExit(f"{name}: {outcome!r} and not {status}")
for name, (data, expected) in tables.GOOD.items():
    if tables.outcome_of([data]) != expected:
        raise SystemExit(name)
print(len(tables.BAD))
"""


@pytest.mark.slow  # where it would be skipped, everything runs under -O
def test_s1_to_s7_hold_under_python_o() -> None:
    output = subprocess.run(
        [sys.executable, "-O", "-c", SCRIPT, str(TABLES)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert output.stderr == ""
    assert int(output.stdout) > 60
