"""The public names of a module, read from its source.

Looking at an imported module finds what its ``dir()`` shows and cannot tell what was only imported
for use. The source says more: names that a module's ``__getattr__`` makes when they are asked for,
constants, and names of others that it passes on with intent, by an assignment, by
``import name as name`` or in ``__all__``.

    python tools/published.py FOLDER tests/api/tornado-6.6.1.json

prints what the table of an API lacks. FOLDER is the package in upstream's sdist; for 2.4.1, after
``lib2to3`` has made Python 3 of it.
"""

from __future__ import annotations

import argparse
import ast
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def public_names(source: str) -> set[str]:
    """Return the public names that the source of a module defines or passes on."""
    statements = list(_at_the_top(ast.parse(source).body))
    used = {name for statement in statements for name in _imported(statement)}
    defined = {name for statement in statements for name in _defined(statement)}
    listed = {name for statement in statements for name in _listed(statement)}
    # ``curses = None`` stands in for a module that could not be imported: it is for use too.
    return {name for name in listed | (defined - used) if not name.startswith("_")}


def modules_below(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield the modules of a package's folder, which is named like the package, without its tests."""
    for file in sorted(folder.rglob("*.py")):
        parts = file.relative_to(folder.parent).with_suffix("").parts
        if not any(part.startswith("_") or part == "test" for part in parts):
            yield ".".join(parts), file


def _at_the_top(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements that run on import; those for type checkers alone do not."""
    for statement in body:
        if isinstance(statement, ast.If):
            if "TYPE_CHECKING" not in ast.unparse(statement.test):
                yield from _at_the_top(statement.body)
            yield from _at_the_top(statement.orelse)
        elif isinstance(statement, ast.Try):
            handlers = [each for handler in statement.handlers for each in handler.body]
            blocks = (statement.body, handlers, statement.orelse, statement.finalbody)
            for block in blocks:
                yield from _at_the_top(block)
        elif isinstance(statement, ast.With):
            yield from _at_the_top(statement.body)
        else:
            yield statement


def _imported(statement: ast.stmt) -> Iterator[str]:
    """Yield the names that a statement imports for use."""
    if isinstance(statement, ast.Import | ast.ImportFrom):
        for alias in statement.names:
            if alias.asname is None or alias.asname != alias.name:
                yield (alias.asname or alias.name).partition(".")[0]


def _defined(statement: ast.stmt) -> Iterator[str]:
    """Yield the names that a statement gives to the module."""
    if isinstance(statement, ast.FunctionDef) and statement.name == "__getattr__":
        yield from _lazy_names(statement)
    elif isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield statement.name
    elif isinstance(statement, ast.ImportFrom):
        yield from (alias.name for alias in statement.names if alias.asname == alias.name)
    elif not _makes_type_variable(statement):
        yield from _targets(statement)


def _listed(statement: ast.stmt) -> Iterator[str]:
    """Yield what a statement puts into ``__all__``."""
    if isinstance(statement, ast.Assign | ast.AugAssign) and "__all__" in _targets(statement):
        yield from _strings(statement.value)


def _targets(statement: ast.stmt) -> list[str]:
    """Return the names that a statement assigns to."""
    if isinstance(statement, ast.Assign):
        targets = statement.targets
    elif isinstance(statement, ast.AugAssign) or (
        isinstance(statement, ast.AnnAssign) and statement.value is not None
    ):
        targets = [statement.target]
    else:
        return []
    nodes = (node for target in targets for node in ast.walk(target))
    return [n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]


def _makes_type_variable(statement: ast.stmt) -> bool:
    value = statement.value if isinstance(statement, ast.Assign) else None
    return isinstance(value, ast.Call) and ast.unparse(value.func).endswith("TypeVar")


def _lazy_names(function: ast.FunctionDef) -> Iterator[str]:
    """Yield what the argument of a ``__getattr__`` is compared with."""
    argument = function.args.args[0].arg
    for node in ast.walk(function):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            if any(isinstance(side, ast.Name) and side.id == argument for side in sides):
                for side in sides:
                    yield from _strings(side)


def _strings(tree: ast.expr) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def unlisted(folder: Path, table: dict[str, dict[str, object]]) -> Iterator[str]:
    """Yield the public names of a package's source that the table of an API lacks."""
    for module, file in modules_below(folder):
        found = public_names(file.read_text(encoding="utf-8"))
        yield from (f"{module}.{name}" for name in sorted(found - set(table.get(module, ()))))


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Look for names that the table of an API lacks.")
    parser.add_argument("folder", type=Path, help="the package of upstream, as its sdist has it")
    parser.add_argument("table", type=Path, help="tests/api/tornado-*.json")
    options = parser.parse_args(arguments)
    found = list(unlisted(options.folder, json.loads(options.table.read_text(encoding="utf-8"))))
    print(*found, sep="\n", end="\n" if found else "")
    print(f"published: {len(found)} names are not in {options.table.name}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
