"""Write results as Markdown tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bench.harness.result import Line, Result
    from bench.harness.statistics import Summary


def number(value: float) -> str:
    """Return a value with three digits that count and separated thousands."""
    if value == 0:
        return "0"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def spread(summary: Summary) -> str:
    """Return a median with its median absolute deviation."""
    return f"{number(summary.median)} ± {number(summary.mad)}"


def times(summary: Summary | None) -> str:
    """Return a ratio, a dash for none."""
    return "-" if summary is None else f"{summary.median:.2f} x"


def markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table whose columns line up; all but the first are right-aligned."""
    widths = [max(len(row[place]) for row in (head, *rows)) for place in range(len(head))]

    def line(cells: Sequence[str]) -> str:
        first = cells[0].ljust(widths[0])
        rest = (cell.rjust(width) for cell, width in zip(cells[1:], widths[1:], strict=True))
        return "| " + " | ".join((first, *rest)) + " |"

    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    return "\n".join((line(head), line(rule), *(line(row) for row in rows)))


@dataclass(frozen=True)
class Column:
    """One column: its head, and how a line's cell is made."""

    head: str
    cell: Callable[[Line], str]


def measured(head: str, measure: str, *, deviates: bool = False) -> Column:
    """Return a column of medians of a measure, with their deviation where that is asked for."""

    def cell(line: Line) -> str:
        if measure not in line.samples:
            return "-"
        summary = line.summary(measure)
        return spread(summary) if deviates else number(summary.median)

    return Column(head, cell)


def compared(head: str, result: Result, name: str) -> Column | None:
    """Return a column of paired ratios to a line, None if that line did not take part."""
    other = result.line(name)
    if other is None:
        return None
    return Column(head, lambda line: times(line.against(other, result.measure)))


def compared_to_base(head: str, result: Result) -> Column:
    """Return a column of paired ratios to the same contestant in the first variant."""

    def cell(line: Line) -> str:
        base = result.line(line.base)
        return times(line.against(base, result.measure) if base else None)

    return Column(head, cell)


def head_size() -> Column:
    """Return the column of the sizes of the response's head, in bytes."""
    return Column("head B", lambda line: str(line.verified.head_size) if line.verified else "-")


def render(result: Result, columns: Sequence[Column | None], *, first: str = "contestant") -> str:
    """Return a result as a section of Markdown, sorted by what the lines are compared by."""
    shown = [column for column in columns if column is not None]
    lines = sorted(result.lines, key=lambda line: line.summary(result.measure).median)
    table = markdown(
        [first, *(column.head for column in shown)],
        [[line.title, *(column.cell(line) for column in shown)] for line in lines],
    )
    left_out = "".join(
        f"\nleft out: {item.name}: {' ... '.join(_ends(item.reason))}\n" for item in result.skipped
    )
    return f"## {result.case}: {result.title}\n\n{table}\n{left_out}"


def _ends(text: str) -> list[str]:
    """Return the first and the last line, which say most of a traceback."""
    lines = [line.strip() for line in text.splitlines()]
    return lines if len(lines) < 2 else [lines[0], lines[-1]]


def render_machine(machine: Mapping[str, str], versions: Mapping[str, str]) -> str:
    """Return the description of the machine and of the contestants' versions as Markdown."""
    facts = [f"- {name}: {value}" for name, value in machine.items() if value]
    facts += [f"- {name}: {value}" for name, value in versions.items()]
    return "\n".join(facts)
