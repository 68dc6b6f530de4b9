"""Where a case is put to the contestants."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bench.harness.contestant import Contestant
    from bench.harness.process.cores import Cores
    from bench.harness.process.environment import Environments


@dataclass(frozen=True)
class Arena:
    """Everything that every kind of measurement needs beside its case."""

    contestants: Sequence[Contestant]
    environments: Environments
    cores: Cores
    #: The folder of the payloads that servers read.
    files: Path
