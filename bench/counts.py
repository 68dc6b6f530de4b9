"""Count calls and system calls per request: `python bench/counts.py`, `--help` for the rest."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.harness.counts.counting import main

if __name__ == "__main__":
    raise SystemExit(main())
