"""Check the arrows between the pieces: who imports whom, and who may.

Reads imports from the source of every package, so nothing is executed, and compares them with
what the package declares, with the floors in ``[tool.workspace.stands-on]`` of the root's
pyproject file, and with the files of built wheels.

    python tools/arrows.py                 the sources
    python tools/arrows.py --wheels DIR    the wheels below a folder too
"""

from __future__ import annotations

import argparse
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from imports import Import, read_imports, string_keys
from workspace import ROOF, ROOT, Piece, Workspace, normalized, required_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

#: What to do about a roof that does not cover everything.
REMEDY = "run tools/pieces.py"

#: How modules are called that a test writes for itself.
MADE_BY_A_TEST = "_of_the_test"

#: With what newer Pythons have than the one that runs this.
STANDARD_LIBRARY = frozenset(sys.stdlib_module_names) | {
    "__future__",
    "annotationlib",
    "compression",
}


@dataclass(frozen=True)
class Floors:
    """Which folder stands on which, and the exceptions."""

    stands_on: Mapping[str, list[str]]
    soft: frozenset[str] = frozenset()  #: "log -> options": imported when a function is called
    typing: frozenset[str] = frozenset()  #: "auth -> web": imported by type checkers alone

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> Floors:
        return cls(
            settings["stands-on"],
            frozenset(settings.get("soft-arrows", ())),
            frozenset(settings.get("typing-arrows", ())),
        )

    def below(self, folder: str) -> set[str]:
        """Return every folder that one stands on, directly or by way of others.

        :raises LookupError: the folder has no place in the table.
        """
        if folder not in self.stands_on:
            raise LookupError(f"packages/{folder} has no line in [tool.workspace.stands-on]")
        found: set[str] = set()
        queue = list(self.stands_on[folder])
        while queue:
            lower = queue.pop()
            if lower not in found:
                found.add(lower)
                queue += self.stands_on.get(lower, ())
        return found

    def excuses(self, arrow: str, how: Import) -> bool:
        """Tell if an arrow that is not declared is one of the exceptions."""
        return (how.lazy and arrow in self.soft) or (how.typing and arrow in self.typing)


class Checker:
    """Finds what is wrong with the arrows of a workspace."""

    def __init__(self, workspace: Workspace, floors: Floors) -> None:
        self.workspace = workspace
        self.floors = floors
        self.owners = {module: piece for piece in workspace for module in piece.modules()}

    def problems(self) -> Iterator[str]:
        for piece in self.workspace:
            yield from self.foreign_faces(piece)
            yield from self.declared_arrows(piece)
            yield from self.imported_arrows(piece)
            yield from self.test_imports(piece)
        yield from self.circles()
        if ROOF in self.workspace.pieces:
            yield from self.roof(self.workspace.pieces[ROOF])

    def owner(self, target: str) -> Piece | None:
        """Return the piece that brings a dotted name below ``tornado``, if one does."""
        parts = target.split(".")
        for length in range(len(parts), 1, -1):
            if found := self.owners.get(".".join(parts[:length])):
                return found
        return None

    def foreign_faces(self, piece: Piece) -> Iterator[str]:
        """The shared packages are namespaces: only the roof has an ``__init__.py`` in one."""
        for shared in ("tornado", "tornado/platform"):
            face = piece.source / shared / "__init__.py"
            if face.exists() and (piece.name != ROOF or shared != "tornado"):
                yield f"{self._place(face)}: {shared} is a shared name, remove this file"

    def declared_arrows(self, piece: Piece) -> Iterator[str]:
        """Declared siblings lie below, and are there because something imports them."""
        place = self._place(piece.folder / "pyproject.toml")
        try:
            below = self.floors.below(piece.folder.name)
        except LookupError as error:
            yield f"{place}: {error.args[0]}"
            return
        used = {
            owner.name
            for _, found in self._tornado_imports(piece)
            if (owner := self.owner(found.target))
        }
        for sibling in self.workspace.siblings(piece.requirements()):
            if sibling.folder.name not in below:
                yield f"{place}: {piece.name} must not stand on {sibling.name}"
            if sibling.name not in used:
                yield f"{place}: {sibling.name} is declared, and nothing imports it"

    def imported_arrows(self, piece: Piece) -> Iterator[str]:
        """Everything that the source imports is declared, and no room is entered from outside."""
        declared = set(map(required_name, piece.requirements()))
        for file in piece.files():
            for found in read_imports(file, piece.source):
                if problem := self._judge(piece, found, declared):
                    yield f"{self._place(file)}:{found.line}: {problem}"

    def test_imports(self, piece: Piece) -> Iterator[str]:
        """Tests import the package, its dependencies and its test group."""
        declared = set(map(required_name, piece.requirements("test")))
        local = {file.stem for file in piece.files(tests=True)} | {"tests"}
        for file in piece.files(tests=True):
            for found in read_imports(file, piece.tests):
                top = found.module.split(".")[0]
                if top in local or top.endswith(MADE_BY_A_TEST):
                    continue
                if problem := self._judge(piece, found, declared):
                    yield f"{self._place(file)}:{found.line}: {problem}"

    def _judge(self, piece: Piece, found: Import, declared: set[str]) -> str | None:
        top = found.module.split(".")[0]
        if top == "tornado":
            return self._judge_sibling(piece, found, declared)
        if not top or top in STANDARD_LIBRARY or normalized(top) in declared:
            return None
        if normalized(".".join(found.target.split(".")[:2])) in declared:
            return None  # one of several distributions that share a name: backports.zstd
        if top == "_typeshed" and found.typing:
            return None  # only type checkers have it
        return f"imports {top}, which {piece.name} does not declare"

    def _judge_sibling(self, piece: Piece, found: Import, declared: set[str]) -> str | None:
        owner = self.owner(found.target)
        if owner is None:
            return self._judge_unowned(piece, found)
        if owner.name == piece.name:
            return None
        arrow = f"{piece.folder.name} -> {owner.folder.name}"
        if owner.name not in declared and not self.floors.excuses(arrow, found):
            return f"imports {found.target} of {owner.name}, which {piece.name} does not declare"
        if room := _private_room(owner, found.target):
            return f"enters the private room {room} of {owner.name}: import its face"
        return None

    def _judge_unowned(self, piece: Piece, found: Import) -> str | None:
        """Names right below ``tornado`` that no module is called by: the roof's own."""
        name = found.target.partition(".")[2].partition(".")[0]
        if not name or name in {"platform", "__path__"} or piece.name == ROOF:
            return None
        if ROOF in map(required_name, piece.requirements("test")):
            return None
        return f"{found.target} is not in a package of the workspace"

    def circles(self) -> Iterator[str]:
        """Report each circle of declared or imported arrows once."""
        arrows = {piece.name: self._arrows_from(piece) for piece in self.workspace}
        seen: set[frozenset[str]] = set()
        for start in arrows:
            path = _way_back(arrows, start)
            if path and frozenset(path) not in seen:
                seen.add(frozenset(path))
                yield f"circle: {' -> '.join(path)}"

    def _arrows_from(self, piece: Piece) -> set[str]:
        arrows = {sibling.name for sibling in self.workspace.siblings(piece.requirements())}
        for _, found in self._tornado_imports(piece):
            owner = self.owner(found.target)
            arrow = f"{piece.folder.name} -> {owner.folder.name}" if owner else ""
            if owner and not self.floors.excuses(arrow, found):
                arrows.add(owner.name)
        return arrows - {piece.name}

    def _tornado_imports(self, piece: Piece) -> Iterator[tuple[Path, Import]]:
        for file in piece.files():
            for found in read_imports(file, piece.source):
                if found.module.split(".")[0] == "tornado":
                    yield file, found

    def roof(self, roof: Piece) -> Iterator[str]:
        """The roof names every piece: as a dependency, in its table, and for type checkers."""
        place = self._place(roof.source / "tornado")
        others = {piece.name for piece in self.workspace} - {roof.name}
        required = set(map(required_name, roof.dependencies))
        table = dict(string_keys(roof.source / "tornado" / "_pieces.py", "PIECES"))
        public = {
            module.partition(".")[2]: piece.name
            for module, piece in self.owners.items()
            if module != "tornado"
        }
        face = read_imports(roof.source / "tornado" / "__init__.py", roof.source)
        typed = {found.name for found in face if found.typing and found.module == "tornado"}
        for name in sorted(others - required):
            yield f"{self._place(roof.folder)}/pyproject.toml: {name} is missing, {REMEDY}"
        for module in sorted(
            {*table} ^ {*public} | {m for m in table if table[m] != public.get(m)}
        ):
            yield (
                f"{place}/_pieces.py: {module} is of {table.get(module)} in the table "
                f"and of {public.get(module)} in the tree, {REMEDY}"
            )
        for module in sorted({m for m in public if "." not in m} - typed):
            yield f"{place}/__init__.py: {module} is not imported for type checkers, {REMEDY}"

    def _place(self, file: Path) -> str:
        return str(file.relative_to(self.workspace.root))


def _private_room(owner: Piece, target: str) -> str | None:
    """Return the first private module that a dotted name goes through.

    A name with an underscore that the face itself hands out is no room: programs depend on some.
    """
    place = owner.source
    for part in target.split("."):
        place /= part
        is_room = place.is_dir() or place.with_suffix(".py").is_file()
        if part.startswith("_") and not part.startswith("__") and is_room:
            return part
    return None


def _way_back(arrows: Mapping[str, set[str]], start: str) -> list[str] | None:
    """Return a shortest path from a name back to itself."""
    paths = [[start]]
    visited: set[str] = set()
    while paths:
        path = paths.pop(0)
        for target in sorted(arrows.get(path[-1], ())):
            if target == start:
                return [*path, start]
            if target not in visited:
                visited.add(target)
                paths.append([*path, target])
    return None


def wheel_problems(workspace: Workspace, wheels: Iterable[Path]) -> Iterator[str]:
    """Compare the files of built wheels with each other and with the sources."""
    first: dict[str, Path] = {}
    for wheel in sorted(wheels):
        with zipfile.ZipFile(wheel) as archive:
            shipped = {name for name in archive.namelist() if ".dist-info/" not in name}
        for name in sorted(shipped):
            if name in first:
                yield f"{name} is in {first[name].name} and in {wheel.name}"
            first.setdefault(name, wheel)
            if not name.startswith("tornado/"):
                yield f"{wheel.name}: {name} lies outside of tornado/"
        piece = workspace.pieces.get(normalized(wheel.name.split("-")[0]))
        if piece is None:
            yield f"{wheel.name}: no package of the workspace has this name"
            continue
        for file in sorted(piece.source.rglob("*")):
            name = file.relative_to(piece.source).as_posix()
            if file.is_file() and "__pycache__" not in file.parts and name not in shipped:
                yield f"{wheel.name}: {name} is missing"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Check the arrows between the pieces.")
    parser.add_argument("--root", type=Path, default=ROOT)
    parser.add_argument("--wheels", type=Path, help="folder to search for built wheels")
    options = parser.parse_args(arguments)
    workspace = Workspace(options.root)
    found = list(Checker(workspace, Floors.from_settings(workspace.settings())).problems())
    if options.wheels is not None:
        found += wheel_problems(workspace, options.wheels.rglob("*.whl"))
    print(*found, sep="\n", end="\n" if found else "")
    print(f"arrows: {len(workspace.pieces)} packages, {len(found)} problems")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
