"""Private attributes of one distribution that another one reaches for.

The types of expressions are not known here, so a name decides: an attribute with an underscore that
the own distribution defines nowhere, and a lower one does, belongs to the lower one.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

#: Functions that take the name of an attribute as text.
_BY_NAME = frozenset({"getattr", "setattr", "hasattr", "delattr"})


@dataclass(frozen=True)
class Access:
    """One use of a private attribute."""

    line: int
    name: str
    expression: str  #: with what it is an attribute of, as ``request._body``


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def definitions(tree: ast.Module) -> Iterator[str]:
    """Yield the private names that a module defines: functions, variables, attributes and slots."""
    own = {"self", "cls", *_new_instances(tree)}
    for node in ast.walk(tree):
        for name in _names_defined_by(node, own):
            if is_private(name):
                yield name


def _names_defined_by(node: ast.AST, own: set[str]) -> Iterable[str]:
    if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        return [node.name]
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        return [node.id]
    if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
        return [node.attr] if getattr(node.value, "id", "") in own else []
    if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__slots__":
        return [
            inner.value
            for inner in ast.walk(node.value)
            if isinstance(inner, ast.Constant) and isinstance(inner.value, str)
        ]
    if isinstance(node, ast.alias):
        return [node.asname or node.name]
    return []


def _new_instances(tree: ast.Module) -> Iterator[str]:
    """Yield the names of variables that hold an instance which a class of the module makes."""
    classes = {node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef)} | {"cls"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            callee = node.value.func
            if isinstance(callee, ast.Attribute) and callee.attr == "__new__":
                made = node.value.args and getattr(node.value.args[0], "id", "") in classes
            else:
                made = getattr(callee, "id", "") in classes
            if made and isinstance(node.targets[0], ast.Name):
                yield node.targets[0].id


def accesses(tree: ast.Module) -> Iterator[Access]:
    """Yield the private attributes that a module reads, stores or asks for by name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and is_private(node.attr):
            yield Access(node.lineno, node.attr, ast.unparse(node))
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") in _BY_NAME:
            name = getattr(node.args[1], "value", None) if len(node.args) > 1 else None
            if isinstance(name, str) and is_private(name):
                yield Access(node.lineno, name, f"{ast.unparse(node.args[0])}.{name}")
