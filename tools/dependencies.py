"""Check the dependencies between the packages: which imports which, and which may.

Reads imports from the source of every package, so nothing is executed, and compares them with
what the package declares, with the layers in ``[tool.workspace.may-depend-on]`` of the root's
pyproject file, and with the files of built wheels.

    python tools/dependencies.py                 the sources
    python tools/dependencies.py --wheels DIR    the wheels below a folder too
"""

from __future__ import annotations

import argparse
import ast
import sys
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from checks.finding import Finding
from checks.imports import Import, read_imports, string_keys
from checks.private_access import accesses, definitions
from wheels import LEFT_BY_BUILDS
from workspace import META_PACKAGE, ROOT, Piece, Workspace, normalized, required_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

#: What to do when the meta-package does not name everything.
REMEDY = "run tools/pieces.py"

#: The end of the names of modules that a test writes for itself.
MADE_BY_A_TEST = "_of_the_test"

#: Together with the modules of newer Pythons than the one that runs this.
STANDARD_LIBRARY = frozenset(sys.stdlib_module_names) | {
    "__future__",
    "annotationlib",
    "compression",
}


@dataclass(frozen=True)
class Layers:
    """The folders below each folder, and the exceptions."""

    below_each: Mapping[str, list[str]]
    lazy: frozenset[str] = frozenset()  #: "log -> options": imported when a function is called
    typing: frozenset[str] = frozenset()  #: "auth -> web": imported by type checkers alone
    #: The distributions whose modules have another name, by the name of the module.
    distributions: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> Layers:
        return cls(
            settings["may-depend-on"],
            frozenset(settings.get("lazy-dependencies", ())),
            frozenset(settings.get("typing-dependencies", ())),
            settings.get("distributions", {}),
        )

    def below(self, folder: str) -> set[str]:
        """Return every folder that one may depend on, directly or through others.

        :raises LookupError: the folder has no place in the table.
        """
        if folder not in self.below_each:
            raise LookupError(f"packages/{folder} has no line in [tool.workspace.may-depend-on]")
        found: set[str] = set()
        queue = list(self.below_each[folder])
        while queue:
            lower = queue.pop()
            if lower not in found:
                found.add(lower)
                queue += self.below_each.get(lower, ())
        return found

    def excepts(self, dependency: str, how: Import) -> bool:
        """Tell if a dependency that is not declared is one of the exceptions."""
        lazy = how.lazy and dependency in self.lazy
        return lazy or (how.typing and dependency in self.typing)


class Checker:
    """A search for wrong dependencies in a workspace."""

    def __init__(self, workspace: Workspace, layers: Layers) -> None:
        self.workspace = workspace
        self.layers = layers
        self.owners = {module: piece for piece in workspace for module in piece.modules()}

    def problems(self) -> Iterator[str]:
        for piece in self.workspace:
            yield from self.shared_names(piece)
            yield from self.declared_dependencies(piece)
            yield from self.imported_dependencies(piece)
            yield from self.test_imports(piece)
        yield from self.cycles()
        if META_PACKAGE in self.workspace.pieces:
            yield from self.meta_package(self.workspace.pieces[META_PACKAGE])

    def owner(self, target: str) -> Piece | None:
        """Return the piece that brings a dotted name below ``tornado``, if one does."""
        parts = target.split(".")
        for length in range(len(parts), 1, -1):
            if found := self.owners.get(".".join(parts[:length])):
                return found
        return None

    def shared_names(self, piece: Piece) -> Iterator[str]:
        """Find an ``__init__.py`` in a namespace; only the meta-package may have one."""
        for shared in ("tornado", "tornado/platform"):
            file = piece.source / shared / "__init__.py"
            if file.exists() and (piece.name != META_PACKAGE or shared != "tornado"):
                yield f"{self._place(file)}: {shared} is a shared name, remove this file"

    def declared_dependencies(self, piece: Piece) -> Iterator[str]:
        """Find declared siblings that are not below, or that nothing imports."""
        place = self._place(piece.folder / "pyproject.toml")
        try:
            below = self.layers.below(piece.folder.name)
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
                yield f"{place}: {piece.name} must not depend on {sibling.name}"
            if sibling.name not in used:
                yield f"{place}: {sibling.name} is declared, and nothing imports it"

    def imported_dependencies(self, piece: Piece) -> Iterator[str]:
        """Find imports that are not declared, and private modules imported from outside."""
        declared = set(map(required_name, piece.requirements()))
        for file in piece.files():
            for found in read_imports(file, piece.source):
                if problem := self._judge(piece, found, declared):
                    yield f"{self._place(file)}:{found.line}: {problem}"

    def test_imports(self, piece: Piece) -> Iterator[str]:
        """Find tests that import more than the package, its dependencies and its test group."""
        declared = set(map(required_name, piece.requirements("test")))
        local = {file.stem for file in piece.files(tests=True)} | {"tests"}
        for file in piece.files(tests=True):
            for found in read_imports(file, piece.tests):
                top = found.module.split(".")[0]
                if top in local or top.endswith(MADE_BY_A_TEST):
                    continue
                if problem := self._judge(piece, found, declared):
                    yield f"{self._place(file)}:{found.line}: {problem}"

    def private_access(
        self, exceptions: Mapping[str, Mapping[str, str]] | None = None
    ) -> Iterator[Finding]:
        """Find private attributes of lower layers that a package uses.

        :param exceptions: for a folder, the names that it may use all the same, with the reasons.
        """
        trees = {
            piece.folder.name: {file: ast.parse(file.read_bytes()) for file in piece.files()}
            for piece in self.workspace
        }
        defined = {
            folder: {name for tree in files.values() for name in definitions(tree)}
            for folder, files in trees.items()
        }
        for folder, files in trees.items():
            lower = sorted(self.layers.below(folder) & defined.keys())
            allowed = defined[folder] | set((exceptions or {}).get(folder, ()))
            for file, tree in files.items():
                for access in accesses(tree):
                    owner = next((each for each in lower if access.name in defined[each]), None)
                    if owner and access.name not in allowed:
                        yield Finding(
                            "private-access",
                            folder,
                            f"{self._place(file)}:{access.line}: {access.expression} is private to "
                            f"packages/{owner}: use or add something public there",
                        )

    def _judge(self, piece: Piece, found: Import, declared: set[str]) -> str | None:
        top = found.module.split(".")[0]
        if top == "tornado":
            return self._judge_sibling(piece, found, declared)
        distribution = normalized(self.layers.distributions.get(top, top))
        if not top or top in STANDARD_LIBRARY or distribution in declared:
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
        dependency = f"{piece.folder.name} -> {owner.folder.name}"
        if owner.name not in declared and not self.layers.excepts(dependency, found):
            return f"imports {found.target} of {owner.name}, which {piece.name} does not declare"
        if module := _private_module(owner, found.target):
            return f"imports the private module {module} of {owner.name}: import the public one"
        return None

    def _judge_unowned(self, piece: Piece, found: Import) -> str | None:
        """Judge names right below ``tornado`` that are not modules: those of the meta-package."""
        name = found.target.partition(".")[2].partition(".")[0]
        if not name or name in {"platform", "__path__"} or piece.name == META_PACKAGE:
            return None
        if META_PACKAGE in map(required_name, piece.requirements("test")):
            return None
        return f"{found.target} is not in a package of the workspace"

    def cycles(self) -> Iterator[str]:
        """Report each cycle of declared or imported dependencies once."""
        graph = {piece.name: self._dependencies_of(piece) for piece in self.workspace}
        seen: set[frozenset[str]] = set()
        for start in graph:
            path = _way_back(graph, start)
            if path and frozenset(path) not in seen:
                seen.add(frozenset(path))
                yield f"cycle: {' -> '.join(path)}"

    def _dependencies_of(self, piece: Piece) -> set[str]:
        found_names = {sibling.name for sibling in self.workspace.siblings(piece.requirements())}
        for _, found in self._tornado_imports(piece):
            owner = self.owner(found.target)
            dependency = f"{piece.folder.name} -> {owner.folder.name}" if owner else ""
            if owner and not self.layers.excepts(dependency, found):
                found_names.add(owner.name)
        return found_names - {piece.name}

    def _tornado_imports(self, piece: Piece) -> Iterator[tuple[Path, Import]]:
        for file in piece.files():
            for found in read_imports(file, piece.source):
                if found.module.split(".")[0] == "tornado":
                    yield file, found

    def meta_package(self, meta: Piece) -> Iterator[str]:
        """Find pieces that the meta-package does not require, list or import for type checkers."""
        place = self._place(meta.source / "tornado")
        others = {piece.name for piece in self.workspace} - {meta.name}
        required = set(map(required_name, meta.requirements()))  # extras too
        table = dict(string_keys(meta.source / "tornado" / "_pieces.py", "PIECES"))
        public = {
            module.partition(".")[2]: piece.name
            for module, piece in self.owners.items()
            if module != "tornado"
        }
        imports = read_imports(meta.source / "tornado" / "__init__.py", meta.source)
        typed = {found.name for found in imports if found.typing and found.module == "tornado"}
        for name in sorted(others - required):
            yield f"{self._place(meta.folder)}/pyproject.toml: {name} is missing, {REMEDY}"
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


def _private_module(owner: Piece, target: str) -> str | None:
    """Return the first private module that a dotted name goes through.

    A name with an underscore that the public module itself exports does not count: programs depend on
    some.
    """
    place = owner.source
    for part in target.split("."):
        place /= part
        is_module = place.is_dir() or place.with_suffix(".py").is_file()
        if part.startswith("_") and not part.startswith("__") and is_module:
            return part
    return None


def _way_back(graph: Mapping[str, set[str]], start: str) -> list[str] | None:
    """Return a shortest path from a name back to itself."""
    paths = [[start]]
    visited: set[str] = set()
    while paths:
        path = paths.pop(0)
        for target in sorted(graph.get(path[-1], ())):
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
                yield f"{wheel.name}: {name} is outside of tornado/"
        piece = workspace.pieces.get(normalized(wheel.name.split("-")[0]))
        if piece is None:
            yield f"{wheel.name}: no package of the workspace has this name"
            continue
        for file in sorted(piece.source.rglob("*")):
            name = file.relative_to(piece.source).as_posix()
            is_left = any(part.endswith(LEFT_BY_BUILDS) for part in file.parts)
            if file.is_file() and not is_left and file.suffix != ".c" and name not in shipped:
                yield f"{wheel.name}: {name} is missing"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Check the dependencies between the packages.")
    parser.add_argument("--root", type=Path, default=ROOT)
    parser.add_argument("--wheels", type=Path, help="folder to search for built wheels")
    options = parser.parse_args(arguments)
    workspace = Workspace(options.root)
    settings = workspace.settings()
    checker = Checker(workspace, Layers.from_settings(settings))
    reaches = checker.private_access(settings.get("private-access"))
    found = [*checker.problems(), *(finding.text for finding in reaches)]
    if options.wheels is not None:
        found += wheel_problems(workspace, options.wheels.rglob("*.whl"))
    print(*found, sep="\n", end="\n" if found else "")
    print(f"dependencies: {len(workspace.pieces)} packages, {len(found)} problems")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
