"""The table of upstream's tests that do not pass here, and its comparison with a run.

There is one TOML file for each module of tests in ``tests/upstream``: how many tests it has, and
groups of tests with the kind of reason and the reason for which they do not pass.
"""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from workspace import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from upstream_suite.processes import Outcome

FOLDER = ROOT / "tests" / "upstream"

#: The kinds of reasons, and what each means; the page explains them in these words.
KINDS = {
    "missing module": "the module that it tests is not built yet",
    "stricter on purpose": "upstream accepts, or does, what is refused here for safety or by the RFC",
    "different on purpose": "the documented behaviour is the same, the detail that is tested is not",
    "needs upstream's inner shape": "it reaches into private attributes that have no counterpart",
    "texts": "it looks for words that differ",
    "missing feature": "what it tests is not built yet",
    "flaky": "it fails now and then, with upstream's own code too or for a reason that is named",
    "depends on the machine": "it is skipped, or not, by what the machine offers",
    "skipped by upstream": "upstream skips it too",
    "to do": "a fault, or nobody has looked yet",
}

#: Kinds whose tests may pass or not.
EITHER = frozenset({"flaky", "depends on the machine"})

#: Kinds whose tests are not part of what upstream passes.
UNCOUNTED = frozenset({"depends on the machine", "skipped by upstream"})


@dataclass
class Group:
    """Tests that do not pass for one reason."""

    kind: str
    reason: str
    tests: list[str]
    outcome: str = "failed"


@dataclass
class ModuleTable:
    """What is known of one module of tests."""

    module: str
    total: int = 0
    groups: list[Group] = field(default_factory=list)

    def expected(self) -> dict[str, Group]:
        """Return the group of each test that is named."""
        return {test: group for group in self.groups for test in group.tests}

    def passing(self) -> int:
        """Return how many tests pass here, whatever the machine."""
        return self.total - sum(len(group.tests) for group in self.groups)

    def counted(self) -> int:
        """Return how many tests upstream passes, whatever the machine."""
        return self.total - sum(len(g.tests) for g in self.groups if g.kind in UNCOUNTED)


def short_module(module: str) -> str:
    """Return the name of a module's file: tornado.test.web_test gives web_test."""
    return module.removeprefix("tornado.test.")


def read(module: str, folder: Path = FOLDER) -> ModuleTable:
    """Read the table of a module; one that has none is empty."""
    file = folder / f"{short_module(module)}.toml"
    if not file.exists():
        return ModuleTable(module)
    document = tomllib.loads(file.read_text(encoding="utf-8"))
    groups = [
        Group(item["kind"], item["reason"], item["tests"], item.get("outcome", "failed"))
        for item in document.get("group", ())
    ]
    for group in groups:
        if group.kind not in KINDS:
            raise ValueError(f"{file}: {group.kind!r} is not a kind of reason: {', '.join(KINDS)}")
    named = [test for group in groups for test in group.tests]
    twice = {test for test in named if named.count(test) > 1}
    if twice:
        raise ValueError(f"{file}: named twice: {', '.join(sorted(twice))}")
    return ModuleTable(module, document["tests"], groups)


def write(table: ModuleTable, folder: Path = FOLDER) -> None:
    """Write the table of a module, in an order that does not depend on the run."""
    lines = [f"tests = {table.total}"]
    order = list(KINDS)
    for group in sorted(table.groups, key=lambda group: order.index(group.kind)):
        lines += ["", "[[group]]", f"kind = {_text(group.kind)}", f"reason = {_text(group.reason)}"]
        if group.outcome != "failed":
            lines.append(f"outcome = {_text(group.outcome)}")
        lines += ["tests = [", *(f"    {_text(test)}," for test in sorted(group.tests)), "]"]
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{short_module(table.module)}.toml"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)  # a JSON string is a TOML basic string


def compare(table: ModuleTable, outcomes: Mapping[str, Outcome]) -> Iterator[tuple[str, str]]:
    """Yield each test whose outcome the table does not say, with what is wrong; "" is the sum."""
    expected = table.expected()
    for test, outcome in outcomes.items():
        group = expected.get(test)
        if group is None and outcome.result != "passed":
            yield test, f"{outcome.result}, and the table does not name it\n{outcome.detail}"
        elif group and group.kind not in EITHER and outcome.result != group.outcome:
            yield test, f"{outcome.result}, and the table says {group.outcome}: {group.reason}"
    for test in expected.keys() - outcomes.keys():
        yield test, "the table names it, and it does not exist"
    if len(outcomes) != table.total:
        yield "", f"{len(outcomes)} tests, and the table says {table.total}"


def updated(table: ModuleTable, outcomes: Mapping[str, Outcome]) -> ModuleTable:
    """Return the table as a run shows it: old reasons stay where they still hold, new ones are to do."""
    groups = []
    for group in table.groups:
        kept = [test for test in group.tests if _holds(group, outcomes.get(test))]
        if kept:
            groups.append(Group(group.kind, group.reason, kept, group.outcome))
    known = {test for group in groups for test in group.tests}
    new: dict[tuple[str, str], list[str]] = {}
    for test, outcome in outcomes.items():
        if outcome.result != "passed" and test not in known:
            reason = outcome.detail if outcome.result == "skipped" else "not looked at"
            new.setdefault((reason, outcome.result), []).append(test)
    for (reason, result), tests in new.items():
        same = [g for g in groups if (g.kind, g.reason, g.outcome) == ("to do", reason, result)]
        if same:
            same[0].tests += tests
        else:
            groups.append(Group("to do", reason, tests, result))
    return ModuleTable(table.module, len(outcomes), groups)


def _holds(group: Group, outcome: Outcome | None) -> bool:
    return outcome is not None and (group.kind in EITHER or outcome.result == group.outcome)
