"""Build the wheels of the pieces and install exactly the ones that somebody needs.

A package is tested from its wheel, with the wheels of the siblings that it declares and nothing
else of the workspace. Installers get these siblings as files, so that their names are never
looked up in an index, where another distribution might answer to them.

    python tools/wheels.py build                   every wheel, those that are stale only
    python tools/wheels.py files web               the wheel files that tornado-web needs
    python tools/wheels.py install util            into the environment in VIRTUAL_ENV
    python tools/wheels.py install util --lowest   with the lowest declared versions
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import json
import shutil
import subprocess
import sys
import tomllib
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from environments import can_build, package_folder
from workspace import ROOT, Piece, Workspace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

#: What goes into a wheel, or decides what does.
INGREDIENTS = ("pyproject.toml", "setup.py", "README.md", "LICENSE", "src/**/*")

#: What building leaves among the sources.
LEFT_BY_BUILDS = ("__pycache__", ".egg-info", ".so", ".pyd")


def fingerprint(piece: Piece) -> str:
    """Return a digest of the names and bytes that a piece's wheel is made of."""
    digest = hashlib.sha256()
    for pattern in INGREDIENTS:
        for file in sorted(piece.folder.glob(pattern)):
            if file.is_file() and not any(part.endswith(LEFT_BY_BUILDS) for part in file.parts):
                digest.update(f"{file.relative_to(piece.folder)}\0".encode())
                digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


class WheelShelf:
    """A folder with one fresh wheel of each piece that was asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def wheels(self, pieces: Iterable[Piece]) -> list[Path]:
        """Return the files of the wheels of some pieces; those whose sources have changed are built."""
        shelves = {self.folder / piece.folder.name: piece for piece in pieces}
        digests = {shelf: fingerprint(piece) for shelf, piece in shelves.items()}
        with self._locked():
            stale = {
                shelf: piece for shelf, piece in shelves.items() if _stamp(shelf) != digests[shelf]
            }
            for shelf in stale:
                shutil.rmtree(shelf, ignore_errors=True)
            build(stale)
            for shelf in stale:
                (shelf / "fingerprint").write_text(digests[shelf])
            return [next(shelf.glob("*.whl")) for shelf in shelves]

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Keep other processes out: environments that run in parallel share the shelf."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with open(self.folder / "lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _stamp(shelf: Path) -> str:
    """Return the fingerprint of what a wheel on the shelf was built from."""
    file = shelf / "fingerprint"
    return file.read_text() if file.exists() else ""


#: Builds the wheels of some folders, one after the other, by the hooks of PEP 517. A process and an
#: environment for each of them would take ten times as long.
BUILD = """
import json, os, sys
from importlib import import_module
for backend, folder, target in json.load(sys.stdin):
    os.chdir(folder)
    os.makedirs(target)
    import_module(backend).build_wheel(target)
"""


def build(pieces: Mapping[Path, Piece]) -> None:
    """Build the wheel of each piece into its folder, with the build backend that the piece names."""
    if not pieces:
        return
    jobs, requirements = [], set()
    for target, piece in pieces.items():
        print(f"building {piece.name} {piece.version}", file=sys.stderr, flush=True)
        document = tomllib.loads((piece.folder / "pyproject.toml").read_text(encoding="utf-8"))
        system = document["build-system"]
        requirements.update(system["requires"])
        jobs.append((system["build-backend"], str(piece.folder), str(target.resolve())))
    command = ["uv", "run", "--quiet", "--isolated", "--no-project", "--python", sys.executable]
    for requirement in sorted(requirements):
        command += ["--with", requirement]
    command += ["python", "-c", BUILD]
    subprocess.run(command, input=json.dumps(jobs), text=True, check=True)


def foreign_requirements(workspace: Workspace, lines: Iterable[str]) -> list[str]:
    """Return the requirement lines that are not about siblings, each once."""
    return [line for line in dict.fromkeys(lines) if not workspace.siblings([line])]


def shopping_list(
    workspace: Workspace, shelf: WheelShelf, pieces: list[Piece], group: str, *, lowest: bool
) -> list[str]:
    """Return what an installer has to be told so that some pieces can be tested.

    :param group: the dependency group of the pieces to install with them.
    :param lowest: name the third-party requirements of the pieces too, because a resolver lowers
        only what it is asked for directly.
    """
    needed = workspace.closure(pieces, group)
    wheels = list(map(str, shelf.wheels(needed)))
    lines = [line for piece in pieces for line in piece.groups.get(group, ())]
    if lowest:
        lines += [line for piece in needed for line in piece.requirements()]
    return wheels + foreign_requirements(workspace, lines)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Build and install the wheels of the pieces.")
    parser.add_argument("action", choices=["build", "files", "install"])
    parser.add_argument("folders", nargs="*", help="folders below packages/, or environments")
    parser.add_argument("--all", action="store_true", help="every piece")
    parser.add_argument("--shelf", type=Path, default=ROOT / ".tox" / "wheels")
    parser.add_argument("--group", default="test", help="dependency group of the pieces")
    parser.add_argument("--root-group", action="append", default=[], help="group of the root")
    parser.add_argument("--lowest", action="store_true", help="the lowest declared versions")
    parser.add_argument("--quiet", action="store_true", help="do not name the files")
    options = parser.parse_args(arguments)

    workspace = Workspace()
    shelf = WheelShelf(options.shelf)
    every = options.all or (options.action == "build" and not options.folders)
    folders = map(package_folder, options.folders)
    pieces = (
        [piece for piece in workspace if can_build(piece)]
        if every
        else [workspace.by_folder(name) for name in folders]
    )
    if options.action != "install":
        chosen = pieces if options.action == "build" else workspace.closure(pieces)
        files = shelf.wheels(chosen)
        if not options.quiet:
            print(*files, sep="\n")
        return 0
    wanted = shopping_list(workspace, shelf, pieces, options.group, lowest=options.lowest)
    for group in options.root_group:
        wanted += workspace.group(group)
    resolution = ["--resolution", "lowest-direct"] if options.lowest else []
    command = ["uv", "pip", "install", "--quiet", *resolution, *wanted]
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
