"""The public names of a module, read from its source.

Looking at an imported module finds what its ``dir()`` shows and cannot tell what was only imported
for use. The source says more: names that a module's ``__getattr__`` makes when they are asked for,
constants, and names of others that it passes on with intent, by an assignment, by
``import name as name`` or in ``__all__``.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


def public_names(source: str) -> set[str]:
    """Return the public names that the source of a module defines or passes on."""
    statements = list(_at_the_top(ast.parse(source).body))
    modules = {
        (alias.asname or alias.name).partition(".")[0]
        for statement in statements
        if isinstance(statement, ast.Import)
        for alias in statement.names
    }
    names = {name for statement in statements for name in _names(statement)}
    # ``curses = None`` stands in for a module that could not be imported.
    return {name for name in names - modules if not name.startswith("_")}


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


def _names(statement: ast.stmt) -> Iterator[str]:
    if isinstance(statement, ast.FunctionDef) and statement.name == "__getattr__":
        yield from _lazy_names(statement)
    elif isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield statement.name
    elif isinstance(statement, ast.ImportFrom):
        yield from (alias.name for alias in statement.names if alias.asname == alias.name)
    elif isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value is not None:
        yield from _assigned(statement, statement.value)


def _assigned(statement: ast.Assign | ast.AnnAssign, value: ast.expr) -> Iterator[str]:
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    nodes = [node for each in targets for node in ast.walk(each)]
    names = [
        node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    ]
    if "__all__" in names:
        yield from _strings(value)
    elif not (isinstance(value, ast.Call) and ast.unparse(value.func).endswith("TypeVar")):
        yield from names


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
