"""Findings that are known and on their way out: ``tools/checks/known.toml`` says how many.

A rule that is newer than the code begins here. Each area may have as many findings of a rule as the
table says, and no more; the numbers only fall, and the table goes when they are zero.
"""

from __future__ import annotations

import tomllib
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

TABLE = Path(__file__).with_name("known.toml")


@dataclass(frozen=True)
class Finding:
    """One place that breaks a rule."""

    rule: str
    area: str  #: the package, or the folder of the root
    text: str


def read_known(table: Path = TABLE) -> dict[str, dict[str, int]]:
    return tomllib.loads(table.read_text(encoding="utf-8")) if table.exists() else {}


def new_findings(
    findings: Iterable[Finding], known: Mapping[str, Mapping[str, int]]
) -> Iterator[str]:
    """Yield the findings of each rule and area that has more of them than are known."""
    groups: dict[tuple[str, str], list[Finding]] = defaultdict(list)
    for finding in findings:
        groups[finding.rule, finding.area].append(finding)
    for (rule, area), group in sorted(groups.items()):
        allowed = known.get(rule, {}).get(area, 0)
        if len(group) > allowed:
            yield from (finding.text for finding in group)
            if allowed:
                yield f"{area}: {len(group)} findings of {rule}, {allowed} are known"
