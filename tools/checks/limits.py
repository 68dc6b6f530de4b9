"""How large a module, a class and a folder may be."""

from __future__ import annotations

import ast
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

MOST_LINES = 450
MOST_LINES_OF_TESTS = 600
MOST_LINES_OF_A_CLASS = 300
MOST_ATTRIBUTES = 25
MOST_MODULES = 20


def module_size(text: str, most: int = MOST_LINES) -> Iterator[str]:
    """Find a module with too many lines."""
    lines = text.count("\n")
    if lines > most:
        yield f": has {lines} lines, more than {most}: divide it"


def class_sizes(tree: ast.Module, exceptions: Mapping[str, str] | None = None) -> Iterator[str]:
    """Find classes with too many lines or instance attributes.

    :param exceptions: names of classes that the documented API makes large, with the reason.
    """
    for node in ast.walk(tree):
        if not isinstance(node, ast.ClassDef) or node.name in (exceptions or {}):
            continue
        lines = (node.end_lineno or node.lineno) - node.lineno + 1
        if lines > MOST_LINES_OF_A_CLASS:
            most = MOST_LINES_OF_A_CLASS
            yield f":{node.lineno}: {node.name} has {lines} lines, more than {most}: divide it"
        count = len(instance_attributes(node))
        if count > MOST_ATTRIBUTES:
            yield (
                f":{node.lineno}: {node.name} has {count} attributes, "
                f"more than {MOST_ATTRIBUTES}: give some of them to an object of their own"
            )


def instance_attributes(node: ast.ClassDef) -> set[str]:
    """Return the attributes that a class gives its instances: stored, annotated or in slots."""
    names = {
        inner.attr
        for inner in ast.walk(node)
        if isinstance(inner, ast.Attribute)
        and isinstance(inner.ctx, ast.Store)
        and getattr(inner.value, "id", "") == "self"
    }
    for statement in node.body:
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            if "ClassVar" not in ast.unparse(statement.annotation):
                names.add(statement.target.id)
        elif isinstance(statement, ast.Assign) and _is_slots(statement):
            names |= set(_strings(statement.value))
    return names - {"__slots__"}


def _is_slots(statement: ast.Assign) -> bool:
    return getattr(statement.targets[0], "id", "") == "__slots__"


def _strings(node: ast.expr) -> Iterator[str]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
            yield inner.value


def full_folders(files: Iterable[Path]) -> Iterator[tuple[Path, str]]:
    """Find the folders among some files that hold too many modules."""
    for folder, count in sorted(Counter(file.parent for file in files).items()):
        if count > MOST_MODULES:
            yield folder, f": holds {count} modules, more than {MOST_MODULES}: give it folders"
