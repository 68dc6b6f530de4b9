"""Measure tornado.template against its peers: ``python bench/template/run.py``.

Run it with a Python that has tornado-template and markupsafe. The peers live in an environment of
their own, made on the first run from requirements.txt, or given with --peers.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
#: Name in the table, module in engines/, and whether it runs in the environment of the peers.
ENGINES = [
    ("tornado.template", "tornado_template", False),
    ("upstream 6.6.1", "tornado_template", True),
    ("minijinja (Rust)", "minijinja_rust", True),
    ("mako", "mako_engine", True),
    ("jinja2", "jinja", True),
    ("chameleon", "chameleon_engine", True),
    ("django", "django_engine", True),
    ("f-strings by hand", "handwritten", True),
]
#: Repetitions in one measurement, so that each takes some tens of milliseconds.
COUNTS = {"page": 400, "table": 3, "compile": 10}
REFERENCE = "upstream 6.6.1"


class Worker:
    """A process that runs engines."""

    def __init__(self, python: str) -> None:
        command = [python, str(HERE / "worker.py")]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=HERE
        )

    def measure(self, engine: str, work: str, count: int) -> dict[str, object]:
        """Have an engine do the work."""
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("the worker has no pipes")
        self._process.stdin.write(f"{engine} {work} {count}\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the worker died at {engine} {work}")
        answer: dict[str, object] = json.loads(line)
        return answer

    def close(self) -> None:
        """End the process."""
        self._process.communicate()


@dataclass
class Line:
    """What one contestant needed for one piece of work."""

    name: str
    engine: str
    worker: Worker
    samples: list[float]

    @property
    def median(self) -> float:
        """Microseconds."""
        return statistics.median(self.samples)

    @property
    def spread(self) -> float:
        """Half the distance between the quartiles, in percent of the median."""
        first, _, third = statistics.quantiles(self.samples, n=4)
        return (third - first) / 2 / self.median * 100


def main() -> int:
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("work", nargs="*", choices=[*COUNTS, []], help="page, table, compile")
    parser.add_argument("--rounds", type=int, default=15, help="default: %(default)s")
    parser.add_argument("--peers", metavar="PYTHON", help="a Python that has requirements.txt")
    options = parser.parse_args()
    workers = {False: Worker(sys.executable), True: Worker(options.peers or _make_environment())}
    try:
        for work in options.work or COUNTS:
            _print(work, _measure(work, workers, options.rounds), options.rounds)
    finally:
        for worker in workers.values():
            worker.close()
    return 0


def _make_environment() -> str:
    """Return a Python that has the peers."""
    folder = HERE / ".env"
    python = folder / "bin" / "python"
    made = folder / "made"  # only there when everything has been installed
    if not made.exists():
        venv.create(folder, clear=True, with_pip=True)
        command = [str(python), "-m", "pip", "install", "-q", "-r", str(HERE / "requirements.txt")]
        subprocess.run(command, check=True)
        made.touch()
    return str(python)


def _measure(work: str, workers: dict[bool, Worker], rounds: int) -> list[Line]:
    """Let the contestants take turns; all must have printed the same."""
    lines = [Line(name, engine, workers[peer], []) for name, engine, peer in ENGINES]
    texts: dict[str, object] = {}
    for line in list(lines):
        answer = line.worker.measure(line.engine, work, 1)
        if "skipped" in answer:
            lines.remove(line)
            continue
        texts[line.name] = answer["text"]
        line.worker.measure(line.engine, work, COUNTS[work])  # warm
    for name, text in texts.items():
        if text != texts[REFERENCE]:
            raise SystemExit(f"{name} prints other text for {work} than {REFERENCE}")
    for _ in range(rounds):
        for line in lines:
            answer = line.worker.measure(line.engine, work, COUNTS[work])
            line.samples.append(float(str(answer["ns"])) / 1000)
    return lines


def _print(work: str, lines: list[Line], rounds: int) -> None:
    reference = next(line.median for line in lines if line.name == REFERENCE)
    print(f"\n{work}: CPU microseconds, median of {rounds} rounds, same text from all\n")
    print("| engine | median | spread | of upstream |")
    print("|---|--:|--:|--:|")
    for line in lines:
        ratio = line.median / reference
        print(f"| {line.name} | {line.median:,.1f} | ±{line.spread:.0f} % | {ratio:.2f} |")


if __name__ == "__main__":
    raise SystemExit(main())
