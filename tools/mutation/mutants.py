"""The mutants of one module."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from .operators import OPERATORS

#: Calls whose arguments are only words for a reader.
_LOGS = frozenset({"debug", "info", "warning", "error", "exception", "log"})

_FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass
class Mutant:
    """One fault: where it is, what it replaces, and how it is made.

    Its ``name`` does not change when lines move, so that a list can refer to it.
    """

    name: str
    lines: frozenset[int]
    is_in_function: bool
    _parent: ast.AST = field(repr=False)
    _attribute: str
    _index: int | None
    _replacement: ast.AST = field(repr=False)

    @contextmanager
    def applied(self) -> Iterator[None]:
        """Change the tree that this mutant was made of, for a while."""
        before = self._set(self._replacement)
        try:
            yield
        finally:
            self._set(before)

    def _set(self, node: Any) -> Any:
        if self._index is None:
            before = getattr(self._parent, self._attribute)
            setattr(self._parent, self._attribute, node)
        else:
            nodes = getattr(self._parent, self._attribute)
            before, nodes[self._index] = nodes[self._index], node
        return before


def mutants_of(tree: ast.Module) -> list[Mutant]:
    """Return all mutants of a module, in the order of its lines, each with a name of its own."""
    found = list(_Finder().find(tree, ()))
    seen: Counter[str] = Counter()
    for mutant in found:
        seen[mutant.name] += 1
        if seen[mutant.name] > 1:
            mutant.name += f" ({seen[mutant.name]})"
    return found


class _Finder:
    """The walk over a tree."""

    def __init__(self) -> None:
        self._statement: ast.stmt | None = None
        self._is_in_function = False

    def find(self, node: ast.AST, scope: tuple[str, ...]) -> Iterator[Mutant]:
        if isinstance(node, _FUNCTIONS | ast.ClassDef):
            scope = (*scope, node.name)
        outer = self._is_in_function
        self._is_in_function = outer or isinstance(node, _FUNCTIONS)
        for attribute, index, child in _children(node):
            before = self._statement
            if isinstance(child, ast.stmt):
                self._statement = child
            yield from self._mutants(node, attribute, index, child, scope)
            yield from self.find(child, scope)
            self._statement = before
        self._is_in_function = outer

    def _mutants(
        self, parent: ast.AST, attribute: str, index: int | None, node: ast.AST, scope: Any
    ) -> Iterator[Mutant]:
        for operator in OPERATORS:
            for replacement in operator(node):
                ast.copy_location(replacement, node)
                ast.fix_missing_locations(replacement)
                name = f"{'.'.join(scope) or 'module'}: {_change(node, replacement)}"
                yield Mutant(
                    name,
                    _lines(node),
                    self._is_in_function,
                    parent,
                    attribute,
                    index,
                    replacement,
                )


def _children(node: ast.AST) -> Iterator[tuple[str, int | None, ast.AST]]:
    """Yield the parts of a node in which a fault would be one."""
    for attribute, value in ast.iter_fields(node):
        if attribute in {"annotation", "returns", "decorator_list", "format_spec", "type_params"}:
            continue
        if isinstance(value, ast.AST) and not _is_only_for_readers(value):
            yield attribute, None, value
        elif isinstance(value, list):
            for index, each in enumerate(value):
                if isinstance(each, ast.AST) and not _is_only_for_readers(each):
                    yield attribute, index, each


def _is_only_for_readers(node: ast.AST) -> bool:
    """Tell whether nothing, or only a message, depends on a node."""
    if isinstance(node, ast.JoinedStr | ast.Import | ast.ImportFrom):
        return True
    if isinstance(node, ast.If):
        return "TYPE_CHECKING" in ast.unparse(node.test)
    if isinstance(node, ast.Expr):
        call = node.value.func if isinstance(node.value, ast.Call) else None
        if isinstance(call, ast.Attribute) and call.attr in _LOGS:
            for argument in node.value.args:  # type: ignore[attr-defined]  # it is a call
                if isinstance(argument, ast.Constant):
                    argument.value = _Message(argument.value)
        return isinstance(node.value, ast.Constant)
    if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
        for argument in node.exc.args:
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                argument.value = _Message(argument.value)
    if isinstance(node, ast.Assign | ast.AnnAssign):
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        return (isinstance(target, ast.Name) and target.id in {"__slots__", "__all__"}) or (
            _is_declaration(node)
        )
    return isinstance(node, ast.Constant) and isinstance(node.value, _Message)


class _Message(str):
    """A string that only a reader sees."""

    __slots__ = ()


def _is_declaration(node: ast.AST) -> bool:
    if isinstance(node, ast.AnnAssign):
        return node.value is None or "TypeAlias" in ast.unparse(node.annotation)
    return isinstance(node, ast.Assign) and "getLogger" in ast.unparse(node.value)


def _lines(node: ast.AST) -> frozenset[int]:
    """Return the lines that run when a node does: of a compound statement only its head."""
    first: int = node.lineno  # type: ignore[attr-defined]  # an expression or a statement
    last: int = node.end_lineno  # type: ignore[attr-defined]  # as above
    if isinstance(node, ast.If | ast.While):
        last = node.test.end_lineno or last
    return frozenset(range(first, last + 1))


def _change(before: ast.AST, after: ast.AST) -> str:
    if isinstance(before, ast.If | ast.While):  # without what they hold
        kind = type(before).__name__.lower()
        return f"{kind} {ast.unparse(before.test)} -> {ast.unparse(after.test)}"  # type: ignore[attr-defined]  # the same kind
    return f"{_shortened(ast.unparse(before))} -> {_shortened(ast.unparse(after))}"


def _shortened(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 100 else text[:60] + " ... " + text[-35:]
