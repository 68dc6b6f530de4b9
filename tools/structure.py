"""Check the rules of structure that a machine can see; CONTRIBUTING.md has them all.

python tools/structure.py
"""

from __future__ import annotations

import ast
import itertools
import re
import sys
from typing import TYPE_CHECKING

from checks.docstrings import docstrings
from checks.english import english, english_of_page
from checks.finding import Finding
from checks.limits import (
    MOST_LINES,
    MOST_LINES_OF_TESTS,
    class_sizes,
    full_folders,
    module_size,
)
from workspace import META_PACKAGE, ROOT, Piece, Workspace

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: Names that do not say what a module is about.
NAMELESS = frozenset({"utils", "util", "helpers", "helper", "common", "misc"})

#: A check that is switched off.
IGNORE = re.compile(r"#\s*(?:(?:ruff:\s*)?noqa\b|(?:type|ruff|pyright):\s*ignore\b)")

#: The forms of its reason. mypy takes the second one only.
REASON = re.compile(
    r"# (?:ruff: )?noqa: [A-Z]+\d+(?:, [A-Z]+\d+)* - .*[a-z]{3}"
    r"|# (?:type|pyright): ignore\[[\w, -]+\]  # .*[a-z]{3}"
)

#: Kinds of changelog fragments, as the root's towncrier settings have them.
KINDS = ("added", "changed", "deprecated", "removed", "fixed", "security")

#: The file whose strings are the words that are wrong.
WORDS = "english.py"

#: What every package folder holds beside its source.
FURNITURE = ("README.md", "CHANGELOG.md", "LICENSE", "tests", "changes")


def problems(workspace: Workspace) -> Iterator[str]:
    """Yield one line for each rule that is broken."""
    for piece in workspace:
        yield from furniture(workspace, piece)
        yield from public_modules(workspace, piece)
        for file in piece.files():
            place = str(file.relative_to(workspace.root))
            yield from (f"{place}{problem}" for problem in source_file(file))
        for file in piece.files(tests=True):
            place = str(file.relative_to(workspace.root))
            yield from (f"{place}{problem}" for problem in test_file(file))


def furniture(workspace: Workspace, piece: Piece) -> Iterator[str]:
    """Find missing files of a package, and changelog fragments with a wrong name."""
    place = piece.folder.relative_to(workspace.root)
    for name in FURNITURE:
        if not (piece.folder / name).exists():
            yield f"{place}: has no {name}"
    for fragment in sorted((piece.folder / "changes").glob("*")):
        if not re.fullmatch(rf"[a-z0-9-]+\.({'|'.join(KINDS)})\.md", fragment.name):
            kinds = ", ".join(KINDS)
            yield f"{place}/changes/{fragment.name}: name it <slug>.<kind>.md, kinds are {kinds}"


def public_modules(workspace: Workspace, piece: Piece) -> Iterator[str]:
    """Find public modules that are not typed, and code outside of them."""
    homes = {piece.source.joinpath(*module.split(".")) for module in piece.modules()}
    for file in piece.files():
        if piece.name != META_PACKAGE and homes.isdisjoint(file.parents):
            yield f"{file.relative_to(workspace.root)}: is not inside a public module"
    for module in piece.modules():
        folder = piece.source.joinpath(*module.split("."))
        place = folder.relative_to(workspace.root)
        if not (folder / "py.typed").exists():
            yield f"{place}: has no py.typed"
        yield from (
            f"{place}/__init__.py{problem}" for problem in init_file(folder / "__init__.py")
        )
    if piece.name == META_PACKAGE and not (piece.source / "tornado" / "py.typed").exists():
        yield f"{piece.source.relative_to(workspace.root)}/tornado: has no py.typed"


def init_file(file: Path) -> Iterator[str]:
    """Find an ``__init__.py`` that does not teach, or does not list its names in order."""
    tree = ast.parse(file.read_text(encoding="utf-8"), str(file))
    if not ast.get_docstring(tree):
        yield ":1: has no docstring that teaches"
    names = _public_names(tree)
    if names is None:
        yield ":1: has no __all__ that is a plain list of strings"
    elif names != sorted(set(names)):
        yield f":1: __all__ is not sorted: {_first_disorder(names)}"


def _public_names(tree: ast.Module) -> list[str] | None:
    for node in tree.body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__":
            try:
                names: list[str] = ast.literal_eval(node.value)
            except ValueError:
                return None
            return names
    return None


def _first_disorder(names: list[str]) -> str:
    pairs = itertools.pairwise(names)
    return next(f"{b!r} comes after {a!r}" for a, b in pairs if a >= b)


def source_file(file: Path) -> Iterator[str]:
    """Find what is wrong with one file of shipped code."""
    text = file.read_text(encoding="utf-8")
    if file.stem.strip("_") in NAMELESS:
        yield ": name a module by the noun that it is about"
    tree = ast.parse(text, str(file))
    for node in ast.walk(tree):
        if isinstance(node, ast.Assert):
            yield f":{node.lineno}: assert vanishes under python -O: raise an exception"
    yield from _ignores(text)


def test_file(file: Path) -> Iterator[str]:
    """Find what is wrong with a file of tests; under -O pytest keeps the asserts of test modules only."""
    text = file.read_text(encoding="utf-8")
    yield from _ignores(text)
    if not file.name.startswith("test_") and file.name != "conftest.py":
        for node in ast.walk(ast.parse(text, str(file))):
            if isinstance(node, ast.Assert):
                yield f":{node.lineno}: assert outside of a test module vanishes under python -O"


def _ignores(text: str) -> Iterator[str]:
    for number, line in enumerate(text.splitlines(), 1):
        if (match := IGNORE.search(line)) and not REASON.match(line, match.start()):
            yield (
                f":{number}: say on this line why the check is switched off: "
                '"# noqa: X123 - reason" or "# type: ignore[code]  # reason"'
            )


def style(workspace: Workspace) -> Iterator[Finding]:
    """Yield what breaks the rules of size and of words, in the whole repository."""
    root = workspace.root
    exceptions: dict[str, str] = workspace.settings().get("large-classes", {})
    shipped = [file for piece in workspace for file in piece.files()]
    # bench/.envs has the environments of the contestants.
    bench = [*root.glob("bench/*.py"), *root.glob("bench/[!.]*/**/*.py")]
    tools = sorted([*root.glob("tools/**/*.py"), *bench, *root.glob("*.py")])
    others = [*root.glob("packages/*/tests/**/*.py"), *root.glob("tests/**/*.py")]
    others += [*root.glob("docs/tests/**/*.py"), *root.glob("demos/**/*.py")]
    for folder, problem in full_folders(file for file in [*shipped, *tools] if not _is_test(file)):
        area = area_of(folder.relative_to(root).parts)
        yield Finding("limits", area, f"{folder.relative_to(root)}{problem}")
    for file in sorted([*shipped, *tools, *others]):
        place = file.relative_to(root)
        area = area_of(place.parts)
        text = file.read_text(encoding="utf-8")
        tree = ast.parse(text, str(file))
        is_test = file in others or _is_test(file)
        shows_words = is_test or file.name == WORDS
        for problem in english(text, tree, messages=not shows_words, place=place.as_posix()):
            yield Finding("english", area, f"{place}{problem}")
        limits = module_size(text, MOST_LINES_OF_TESTS if is_test else MOST_LINES)
        for problem in [*limits, *(() if is_test else class_sizes(tree, exceptions))]:
            yield Finding("limits", area, f"{place}{problem}")
        if not is_test:
            for problem in docstrings(tree):
                yield Finding("docstrings", area, f"{place}{problem}")
    for file in pages(root):
        place = file.relative_to(root)
        for problem in english_of_page(file.read_text(encoding="utf-8"), place.as_posix()):
            yield Finding("pages", area_of(place.parts), f"{place}{problem}")


def _is_test(file: Path) -> bool:
    return "tests" in file.parts


def area_of(parts: tuple[str, ...]) -> str:
    """Return the package that a file belongs to, or the folder of the root that it is in."""
    return parts[1] if parts[0] == "packages" else parts[0]


def pages(root: Path) -> list[Path]:
    """Return the pages in Markdown that people read, changelog fragments included."""
    patterns = ("*.md", "docs/**/*.md", "bench/**/*.md", "demos/**/*.md", "findings/*.md")
    of_packages = ("packages/*/README.md", "packages/*/changes/*.md")
    return sorted(file for pattern in patterns + of_packages for file in root.glob(pattern))


def main() -> int:
    workspace = Workspace(ROOT)
    found = [*problems(workspace), *(finding.text for finding in style(workspace))]
    print(*found, sep="\n", end="\n" if found else "")
    print(f"structure: {len(workspace.pieces)} packages, {len(found)} problems")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
