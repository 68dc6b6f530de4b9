"""Run a test suite inside a tox environment and leave its result where the tally finds it.

    python tools/suite.py py311-web                the tests of packages/web
    python tools/suite.py py311-lowest --packages  the tests of every package
    python tools/suite.py optimized --packages --optimize

pytest rewrites the asserts of test modules into raises before they are compiled, so they hold
under ``python -O`` while those of the shipped code are gone: that is what ``--optimize`` is for.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

from environments import package_folder
from workspace import ROOT, Workspace

JUNIT = ROOT / ".tox" / "junit"

#: pytest says that only test modules keep their asserts under -O; tools/rooms.py sees to it that
#: there are no others.
KNOWN_UNDER_O = "ignore:assertions not in test modules:pytest.PytestConfigWarning"


def pytest_command(environment: str, targets: list[str], *, optimize: bool) -> list[str]:
    """Return the command line that runs some targets."""
    JUNIT.mkdir(parents=True, exist_ok=True)
    return [
        sys.executable,
        *(["-O"] if optimize else []),
        "-m",
        "pytest",
        *("--config-file", str(ROOT / "pyproject.toml"), "--rootdir", str(ROOT)),
        *("-p", "no:cacheprovider"),
        *(["-W", KNOWN_UNDER_O] if optimize else []),
        *(
            "--junit-xml",
            str(JUNIT / f"{environment}.xml"),
            "-o",
            f"junit_suite_name={environment}",
        ),
        *targets,
    ]


def targets_of(environment: str, *, every_package: bool, given: list[str]) -> list[str]:
    """Return what to test: every package, what was given, or the environment's package."""
    workspace = Workspace()
    if every_package:
        return [str(piece.tests) for piece in workspace] + given
    if any(not argument.startswith("-") and Path(argument).exists() for argument in given):
        return given
    return [str(workspace.by_folder(package_folder(environment)).tests), *given]


def main() -> int:
    parser = argparse.ArgumentParser(description="Run a test suite inside a tox environment.")
    parser.add_argument("environment")
    parser.add_argument("--packages", action="store_true", help="the tests of every package")
    parser.add_argument("--optimize", action="store_true", help="under python -O")
    options, given = parser.parse_known_args()
    targets = targets_of(options.environment, every_package=options.packages, given=given)
    command = pytest_command(options.environment, targets, optimize=options.optimize)
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
