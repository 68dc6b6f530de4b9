"""The pieces of the workspace, as their folders and pyproject files describe them.

Everything that needs to know the pieces asks here: the list is the folders below ``packages/``
that hold a ``pyproject.toml``, so a new piece is known to every tool without being named again.
"""

from __future__ import annotations

import re
import tomllib
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

ROOT = Path(__file__).resolve().parent.parent

#: The distribution whose `tornado/__init__.py` is the only one.
META_PACKAGE = "tornado"


def normalized(name: str) -> str:
    """Return a distribution's name in its normal form (PyPA: name normalization)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def required_name(requirement: str) -> str:
    """Return the normalized name of the distribution that a requirement line asks for."""
    match = re.match(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)", requirement)
    if match is None:
        raise ValueError(f"no distribution name in requirement {requirement!r}")
    return normalized(match[1])


@dataclass(frozen=True)
class Piece:
    """One distribution below ``packages/``."""

    folder: Path
    name: str
    version: str
    description: str
    dependencies: tuple[str, ...]
    extras: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def source(self) -> Path:
        """The folder that the wheel is made of."""
        return self.folder / "src"

    @property
    def tests(self) -> Path:
        return self.folder / "tests"

    def files(self, *, tests: bool = False) -> list[Path]:
        """Return the Python files of the source, or of the tests, in order."""
        return sorted((self.tests if tests else self.source).rglob("*.py"))

    def modules(self) -> list[str]:
        """Return the dotted names of the public modules, which are folders with an ``__init__.py``."""
        found = []
        for file in self.source.glob("tornado/**/__init__.py"):
            parts = file.parent.relative_to(self.source).parts
            if len(parts) > 1 and not any(part.startswith("_") for part in parts):
                found.append(".".join(parts))
        return sorted(found)

    def requirements(self, *groups: str) -> list[str]:
        """Return every declared requirement line, extras and the named groups included."""
        lines = list(self.dependencies)
        for extra in self.extras.values():
            lines += extra
        for group in groups:
            lines += self.groups.get(group, ())
        return lines


def read_piece(folder: Path) -> Piece:
    """Read one piece from its folder."""
    document = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))
    project: dict[str, Any] = document["project"]
    extras: dict[str, list[str]] = project.get("optional-dependencies", {})
    groups: dict[str, list[str]] = document.get("dependency-groups", {})
    return Piece(
        folder=folder,
        name=normalized(project["name"]),
        version=project["version"],
        description=project.get("description", ""),
        dependencies=tuple(project.get("dependencies", ())),
        extras={name: tuple(lines) for name, lines in extras.items()},
        groups={name: tuple(lines) for name, lines in groups.items()},
    )


class Workspace:
    """All pieces, by the name of their distribution."""

    def __init__(self, root: Path = ROOT) -> None:
        self.root = root
        files = sorted(root.glob("packages/*/pyproject.toml"))
        self.pieces = {piece.name: piece for piece in map(read_piece, (f.parent for f in files))}

    def __iter__(self) -> Iterator[Piece]:
        return iter(self.pieces.values())

    def by_folder(self, folder: str) -> Piece:
        """Return the piece whose folder below ``packages/`` has this name.

        :raises LookupError: there is no such piece.
        """
        for piece in self:
            if piece.folder.name == folder:
                return piece
        known = ", ".join(piece.folder.name for piece in self)
        raise LookupError(f"no piece in packages/{folder}: there are {known}")

    def siblings(self, requirements: Iterable[str]) -> list[Piece]:
        """Return the pieces among some requirement lines."""
        names = map(required_name, requirements)
        return [self.pieces[name] for name in names if name in self.pieces]

    def closure(self, start: Iterable[Piece], *groups: str) -> list[Piece]:
        """Return the pieces that some pieces need, themselves included, through their siblings.

        :param groups: dependency groups of the first pieces that count too.
        """
        first = list(start)
        needed = {piece.name: piece for piece in first}
        queue = deque(first)
        for piece in first:
            queue.extend(self.siblings(piece.requirements(*groups)))
        while queue:
            piece = queue.popleft()
            needed[piece.name] = piece
            below = self.siblings(piece.requirements())
            queue.extend(sibling for sibling in below if sibling.name not in needed)
        return [needed[name] for name in sorted(needed)]

    def settings(self) -> dict[str, Any]:
        """Return the table ``[tool.workspace]`` of the root's pyproject file."""
        document = tomllib.loads((self.root / "pyproject.toml").read_text(encoding="utf-8"))
        settings: dict[str, Any] = document["tool"]["workspace"]
        return settings

    def group(self, name: str) -> list[str]:
        """Return a dependency group of the root."""
        document = tomllib.loads((self.root / "pyproject.toml").read_text(encoding="utf-8"))
        lines: list[str] = document["dependency-groups"][name]
        return lines
