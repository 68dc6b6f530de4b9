"""The tox environments: which there are, and which of them this machine can run.

python tools/environments.py            the names, in the order they run
python tools/environments.py --here     without those whose interpreter is missing
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from workspace import Piece, Workspace

#: The Pythons that packages are tested on. tox skips the ones that a machine does not have.
PYTHONS = ("3.11", "3.12", "3.13", "3.14")

#: Checks of the whole workspace.
CHECKS = ("lint", "upstream", "whole", "servers", "typing", "docs")

#: The packages whose tests take the longest, those that wait for other programs between those that
#: compute. They begin first, so that every core is busy to the end of a run; the order of the others
#: does not matter.
LONGEST = (
    "database",
    "testing",
    "auth",
    "httpclient",
    "serve",
    "web",
    "ioloop",
    "httputil",
    "asgi",
    "websocket",
    "iostream",
    "escape",
    "autoreload",
    "httpserver",
)

#: Reports that an environment leaves behind besides the one of its name.
MORE_REPORTS = {"typing": ("typing-programs",)}


def default_environments(workspace: Workspace | None = None) -> list[str]:
    """Return the names of the environments that a bare ``tox`` runs, in order.

    The longest of one Python stand together, and not those of one package: a package that waits for
    other programs would leave cores idle if it ran on all Pythons at once.
    """
    folders = [piece.folder.name for piece in workspace or Workspace() if can_build(piece)]
    longest = [folder for folder in LONGEST if folder in folders]
    others = [folder for folder in folders if folder not in longest]
    return [
        *CHECKS,
        *(
            f"{factor(python)}-{folder}"
            for group in (longest, others)
            for python in PYTHONS
            for folder in group
        ),
    ]


def can_build(piece: Piece) -> bool:
    """Return true unless a piece has code in C and this machine has no compiler for it.

    On a build server everything has to be built.
    """
    if os.environ.get("CI") == "true" or not (piece.folder / "setup.py").exists():
        return True
    headers = Path(sysconfig.get_paths()["include"]) / "Python.h"
    return shutil.which("cc") is not None and headers.exists()


def factor(python: str) -> str:
    """Return the factor of an environment's name for a Python: 3.11 gives py311."""
    return f"py{python.replace('.', '')}"


def package_folder(environment: str) -> str:
    """Return the package's folder that an environment is for: py311-web gives web."""
    return re.sub(r"^py\d+t?-", "", environment)


def present_pythons() -> list[str]:
    """Return the Pythons that uv finds on this machine."""
    return [python for python in PYTHONS if _finds(python)]


def without_interpreter(environments: list[str]) -> dict[str, str]:
    """Return which environments cannot run on this machine, with the Python that each needs."""
    needed = {
        name: f"{match[1]}.{match[2]}"
        for name in environments
        if (match := re.match(r"py(\d)(\d+t?)(-|$)", name))
    }
    missing = {python for python in set(needed.values()) if not _finds(python)}
    return {name: python for name, python in needed.items() if python in missing}


def _finds(python: str) -> bool:
    # The uv of tox's own environment is not always on the PATH.
    uv = shutil.which("uv") or shutil.which("uv", path=os.path.dirname(sys.executable))
    if uv is None:
        return shutil.which(f"python{python}") is not None
    command = [uv, "python", "find", "--no-python-downloads", "--python-preference", "system"]
    outcome = subprocess.run(
        [*command, python],
        capture_output=True,
        check=False,
        env={name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"},
    )
    return outcome.returncode == 0


def environments_here(workspace: Workspace | None = None) -> list[str]:
    """Return the default environments whose interpreter is on this machine."""
    missing = {factor(python) for python in PYTHONS} - set(map(factor, present_pythons()))
    names = default_environments(workspace)
    return [name for name in names if name.partition("-")[0] not in missing]


def reports_here(workspace: Workspace | None = None) -> list[str]:
    """Return the names of the reports that the environments of this machine leave behind."""
    return [
        report
        for environment in environments_here(workspace)
        for report in (environment, *MORE_REPORTS.get(environment, ()))
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description="Name the tox environments.")
    parser.add_argument("--here", action="store_true", help="those that this machine can run")
    options = parser.parse_args()
    print(*(environments_here() if options.here else default_environments()), sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
