"""Give every contestant a virtual environment of its own.

Upstream's `tornado` and ours cannot share one, and a peer's figures must not depend on what
another peer pulled in. Each environment is made once, from a pinned file under `requirements/`,
by the Python that runs the harness, and made again when either changes.

Ours gets, beside its pinned requirements, a snapshot of the workspace's sources, laid out in one
`tornado` folder as the installed wheels lay them out. It is taken anew for each run: what is
edited while a run lasts does not disturb it.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from bench.harness.errors import SetupError

#: The environment that receives the snapshot of the workspace.
WORKSPACE = "workspace"
#: The same beside the servers and frameworks of others, for the bridges.
BRIDGES = "bridges"
#: The same with a snapshot of another checkout, to compare with.
BEFORE = "before"


@dataclass(frozen=True)
class Environment:
    """A virtual environment that is ready."""

    name: str
    python: Path
    #: The pinned requirements, one per line of the file.
    pins: tuple[str, ...]


class Environments:
    """The environments of the contestants, each made when it is first asked for.

    :param against: the checkout that the contestants `before` come from.
    """

    def __init__(self, bench: Path, against: Path | None = None) -> None:
        self._requirements = bench / "requirements"
        self._folder = bench / ".envs"
        self._packages = dict.fromkeys((WORKSPACE, BRIDGES), bench.parent / "packages")
        if against is not None:
            self._packages[BEFORE] = against / "packages"
        self._ready: dict[str, Environment] = {}
        self._failed: dict[str, SetupError] = {}

    def get(self, name: str) -> Environment:
        """Return the environment of that name, made if need be.

        :raises SetupError: if it cannot be made; the same again when asked again.
        """
        if name in self._failed:
            raise self._failed[name]
        if name not in self._ready:
            try:
                self._ready[name] = self._make(name)
            except SetupError as error:
                self._failed[name] = error
                raise
        return self._ready[name]

    def _make(self, name: str) -> Environment:
        if name == BEFORE and BEFORE not in self._packages:
            raise SetupError("there is no other checkout to compare with, name one by --against")
        pinned = self._requirements / f"{WORKSPACE if name == BEFORE else name}.txt"
        if not pinned.is_file():
            raise SetupError(f"no requirements/{name}.txt for environment {name!r}")
        pins = parse_pins(pinned.read_text(encoding="utf-8"))
        folder = self._folder / name
        environment = Environment(name, python_of(folder), pins)
        stamp = folder / "bench-stamp"
        wanted = fingerprint(pins)
        if not stamp.is_file() or stamp.read_text() != wanted:
            _create(folder, environment.python, pinned)
            stamp.write_text(wanted)
        if name in self._packages:
            site_packages = _site_packages(environment.python)
            take_snapshot(self._packages[name], site_packages)
            # As an installer does it, also where Python is told not to write bytecode.
            compile_all = [str(environment.python), "-m", "compileall", "-q"]
            subprocess.run([*compile_all, str(site_packages / "tornado")], check=True)
        return environment


def parse_pins(text: str) -> tuple[str, ...]:
    """Return the requirements of a pinned file, without comments.

    :raises SetupError: for a requirement that is not pinned with `==`.
    """
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    pins = tuple(line for line in lines if line)
    for pin in pins:
        if "==" not in pin:
            raise SetupError(f"{pin!r} is not pinned, write name==version")
    return pins


def fingerprint(pins: tuple[str, ...]) -> str:
    """Return a text that changes with the requirements and with the Python."""
    return hashlib.sha256("\n".join((sys.version, *pins)).encode()).hexdigest()


def python_of(folder: Path) -> Path:
    """Return where a virtual environment keeps its interpreter."""
    return folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def _run(*command: str) -> str:
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    if answer.returncode:
        told = (answer.stderr or answer.stdout).strip()[-600:]
        raise SetupError(f"{' '.join(command[:4])} ... failed: {told}")
    return answer.stdout.strip()


def _create(folder: Path, python: Path, requirements: Path) -> None:
    """Make the environment with uv where it is installed, with venv and pip elsewhere."""
    shutil.rmtree(folder, ignore_errors=True)
    print(f"making {folder.name} ...", file=sys.stderr, flush=True)
    uv = shutil.which("uv")
    if uv:
        _run(uv, "venv", "--quiet", "--python", sys.executable, str(folder))
        _run(uv, "pip", "install", "--quiet", "--python", str(python), "-r", str(requirements))
    else:
        _run(sys.executable, "-m", "venv", str(folder))
        _run(str(python), "-m", "pip", "install", "--quiet", "-r", str(requirements))


def _site_packages(python: Path) -> Path:
    return Path(_run(str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"))


def take_snapshot(packages: Path, site_packages: Path) -> None:
    """Lay out the sources of all packages in one `tornado` folder, as their wheels would.

    :raises SetupError: if there is nothing to take.
    """
    sources = sorted(packages.glob("*/src/tornado"))
    if not sources:
        raise SetupError(f"no sources under {packages}")
    target = site_packages / "tornado"
    shutil.rmtree(target, ignore_errors=True)
    for source in sources:
        shutil.copytree(
            source, target, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__")
        )
