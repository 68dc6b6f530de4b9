"""Run a test suite inside a tox environment and leave its result where the tally finds it.

    python tools/suite.py py313-web                the tests of packages/web
    python tools/suite.py py311-web --optimize     the same under python -O

pytest rewrites the asserts of test modules into raises before they are compiled, so they hold
under ``python -O`` while those of the shipped code are gone: that is what ``--optimize`` is for.
"""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from bytecode import shared_bytecode
from environments import package_folder
from workspace import ROOT, Workspace

JUNIT = ROOT / ".tox" / "junit"

#: pytest says that only test modules keep their asserts under -O; tools/structure.py sees to it that
#: there are no others.
KNOWN_UNDER_O = "ignore:assertions not in test modules:pytest.PytestConfigWarning"

#: Hypothesis's own profile for build servers: the same examples in each run, and none of them fails
#: for being slow on a busy machine. A bare pytest looks for new examples.
STEADY = "ci"


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
        *(["--hypothesis-profile", STEADY] if find_spec("hypothesis") else []),
        *(
            "--junit-xml",
            str(JUNIT / f"{environment}.xml"),
            "-o",
            f"junit_suite_name={environment}",
        ),
        *targets,
    ]


def targets_of(environment: str, given: list[str]) -> list[str]:
    """Return what to test: what was given, or the environment's package."""
    if any(not argument.startswith("-") and Path(argument).exists() for argument in given):
        return given
    return [str(Workspace().by_folder(package_folder(environment)).tests), *given]


def main() -> int:
    parser = argparse.ArgumentParser(description="Run a test suite inside a tox environment.")
    parser.add_argument("environment", help="it names the report, and the package")
    parser.add_argument("--optimize", action="store_true", help="under python -O")
    options, given = parser.parse_known_args()
    # A shell that runs this in the background has interrupts ignored, and tests inherit that; they
    # start programs that are to be interrupted.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    targets = targets_of(options.environment, given)
    command = pytest_command(options.environment, targets, optimize=options.optimize)
    with shared_bytecode():
        return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
