"""The results of a measurement, as values that become a table and a JSON file."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from bench.harness.statistics import Summary, ratio, summarize

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from bench.harness.case import Case
    from bench.harness.exchange.verification import Verified


@dataclass
class Line:
    """The samples of one subject: a contestant, or a contestant in one variant."""

    name: str
    title: str
    #: One list per measure, one sample per round. The units are in the measure's name.
    samples: dict[str, list[float]] = field(default_factory=dict)
    verified: Verified | None = None
    #: The line of the same contestant in the case's first variant.
    base: str = ""

    def add(self, measure: str, value: float) -> None:
        """Append one round's sample."""
        self.samples.setdefault(measure, []).append(value)

    def summary(self, measure: str) -> Summary:
        """Summarise the rounds of one measure."""
        return summarize(self.samples[measure])

    def against(self, other: Line, measure: str) -> Summary | None:
        """Summarise the paired ratios to another line, None if they cannot be compared."""
        mine, theirs = self.samples.get(measure), other.samples.get(measure)
        if not mine or not theirs or len(mine) != len(theirs) or min(theirs) <= 0:
            return None
        return ratio(mine, theirs)


@dataclass(frozen=True)
class Skipped:
    """A subject that could not take part."""

    name: str
    reason: str


@dataclass(frozen=True)
class Result:
    """All results of one case."""

    case: str
    title: str
    #: The measure that the lines are compared by.
    measure: str
    #: Names of the lines that the ratios refer to, "" for none.
    reference: str
    floor: str
    lines: list[Line]
    skipped: list[Skipped]

    def line(self, name: str) -> Line | None:
        """Return the line of that name, None if it did not take part."""
        return next((line for line in self.lines if line.name == name), None)


def conclude(case: Case, measure: str, lines: list[Line], skipped: list[Skipped]) -> Result:
    """Return the result of a case; the ratios refer to the first variant of both contestants."""

    def name(contestant: str) -> str:
        return case.subject(contestant, case.variants[0]) if contestant else ""

    return Result(
        case.name, case.title, measure, name(case.reference), name(case.floor), lines, skipped
    )


def write_result(
    result: Result, machine: Mapping[str, str], versions: Mapping[str, str], folder: Path
) -> Path:
    """Write a result with the machine's description as JSON, and return the path of the file.

    The name is made of the date and the case, so that runs lie side by side.
    """
    folder.mkdir(parents=True, exist_ok=True)
    stamp = re.sub(r"[^0-9]+", "-", machine["date"]).strip("-")
    path = folder / f"{stamp}-{result.case}.json"
    summaries = {
        line.name: {name: line.summary(name)._asdict() for name in line.samples}
        for line in result.lines
    }
    content = {
        "machine": dict(machine),
        "versions": dict(versions),
        "summaries": summaries,
        **asdict(result),
    }
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    return path
