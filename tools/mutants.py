"""Make mutants of the state machines, and tell which of them no test notices.

    python tools/mutants.py                    all modules of tools/mutation/survivors.toml
    python tools/mutants.py _linger _sweep     those with one of these words in their path
    python tools/mutants.py _sender --sample 40 --seed 1
    python tools/mutants.py _sweep --only "Sweep.discard" --verbose

Each mutant is run against the tests that run the changed line. A survivor that is not in the table
with a reason, and a reason whose mutant is dead or gone, is an error. Tests that start other
processes do not see the mutant in them.
"""

from __future__ import annotations

import argparse
import ast
import random
import sys
import tomllib
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from mutation.collected import CollectedTests
from mutation.mutants import Mutant, mutants_of
from mutation.run import measure, preload
from workspace import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

TABLE = Path(__file__).with_name("mutation") / "survivors.toml"


@dataclass
class Subject:
    """A module, its tests, and the survivors that are known."""

    path: Path
    tests: list[str]
    reasons: dict[str, str]


@dataclass
class Score:
    """What became of the mutants of a module."""

    made: int = 0
    killed: int = 0
    survivors: list[str] = field(default_factory=list)


def subjects(words: list[str]) -> Iterator[Subject]:
    """Yield the modules of the table that have one of these words in their path."""
    for name, table in tomllib.loads(TABLE.read_text()).items():
        if not words or any(word in name for word in words):
            tests = [f"packages/{test}" for test in table["tests"]]
            reasons = table.get("survivors", {})
            yield Subject(ROOT / "packages" / name, tests, reasons)


def run_subject(subject: Subject, options: argparse.Namespace) -> Iterator[str]:
    """Run the mutants of a module, print what becomes of it, and yield what is wrong."""
    place = subject.path.relative_to(ROOT / "packages")
    tree = ast.parse(subject.path.read_text())
    made = mutants_of(tree)
    names = {mutant.name for mutant in made}
    yield from (
        f"{place}: not a mutant any more: {name}" for name in subject.reasons.keys() - names
    )
    chosen = [mutant for mutant in made if options.only in mutant.name]
    if options.sample and len(chosen) > options.sample:
        chosen = random.Random(options.seed).sample(chosen, options.sample)
    coverage = measure(subject.path, subject.tests)
    if coverage is None or coverage.code:
        failed = coverage.failed if coverage else "they do not end"
        yield f"{place}: the tests fail without a mutant: {failed}"
        return
    score = Score(made=len(chosen))
    with closing(CollectedTests(subject.path, tree, coverage, subject.tests)) as collected:
        for mutant in chosen:
            reason = kill(mutant, collected)
            yield from judge(mutant, reason, subject, score)
            if options.verbose:
                line = f"{place}:{min(mutant.lines)}"
                print(f"{line}: {mutant.name}: {reason or 'survives'}", flush=True)
    of = f" of {len(made)} (seed {options.seed})" if len(chosen) < len(made) else ""
    print(f"{place}: {score.made} mutants{of}, {score.killed} killed, {len(score.survivors)} left")


def judge(mutant: Mutant, reason: str | None, subject: Subject, score: Score) -> Iterator[str]:
    """Count a mutant, and yield what is wrong: an unknown survivor, or a known one that is dead."""
    place = subject.path.relative_to(ROOT / "packages")
    if reason:
        score.killed += 1
        if mutant.name in subject.reasons:
            yield f"{place}: a survivor that is killed by {reason}: {mutant.name}"
    else:
        score.survivors.append(mutant.name)
        if mutant.name not in subject.reasons:
            yield f"{place}:{min(mutant.lines)}: survives: {mutant.name}"


def kill(mutant: Mutant, collected: CollectedTests) -> str | None:
    """Return the test that notices a mutant, or None."""
    with mutant.applied():
        return collected.killer(mutant.lines)


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("words", nargs="*", help="words in the paths of modules")
    parser.add_argument("--only", default="", help="only mutants with this text in their name")
    parser.add_argument("--sample", type=int, help="so many mutants of each module")
    parser.add_argument("--seed", type=int, default=1, help="which ones")
    parser.add_argument("--verbose", action="store_true", help="print what kills each mutant")
    options = parser.parse_args()
    preload()
    count = 0
    for subject in subjects(options.words):
        for problem in run_subject(subject, options):
            count += 1
            print(problem, flush=True)
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
