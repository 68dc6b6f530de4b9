"""The mutants of one module."""

from __future__ import annotations

import ast
import re
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeGuard

from .operators import OPERATORS, tuning

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Calls whose arguments are only words for a reader.
_LOGS = frozenset({"debug", "info", "warning", "error", "exception", "log"})

_DECLARATIONS = re.compile(r"\b(?:getLogger|TypeVar)\(")

_FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass
class Mutant:
    """One fault: where it is, what it replaces, and how it is made.

    Its ``name`` does not change when lines move, so that a list can refer to it.
    """

    name: str
    lines: frozenset[int]
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
            is_setting = not self._is_in_function and attribute == "value"
            number = child if is_setting and _is_number(child) else None
            for replacement in tuning(number) if number else _replacements(child):
                ast.copy_location(replacement, child)
                ast.fix_missing_locations(replacement)
                name = f"{self._place(scope)}: {_change(child, replacement)}"
                yield Mutant(name, self._lines(child), node, attribute, index, replacement)
            if not number:
                yield from self.find(child, scope)
            self._statement = before
        self._is_in_function = outer

    def _lines(self, node: ast.AST) -> frozenset[int]:
        """Return the lines that run when a node does: of a compound statement only its head."""
        first: int = node.lineno  # type: ignore[attr-defined]  # an expression or a statement
        last: int = node.end_lineno  # type: ignore[attr-defined]  # as above
        if isinstance(node, ast.If | ast.While):
            last = node.test.end_lineno or last
        # Where a statement has several lines, not all of them count as run.
        statement = self._statement.lineno if self._statement else first
        return frozenset({statement, *range(first, last + 1)})

    def _place(self, scope: tuple[str, ...]) -> str:
        if isinstance(self._statement, ast.Assign):
            target = self._statement.targets[0]
        elif isinstance(self._statement, ast.AnnAssign):
            target = self._statement.target
        else:
            target = None
        if isinstance(target, ast.Name) and not self._is_in_function:
            scope = (*scope, target.id)
        return ".".join(scope) or "module"


def _replacements(node: ast.AST) -> Iterator[ast.AST]:
    for operator in OPERATORS:
        yield from operator(node)


def _children(node: ast.AST) -> Iterator[tuple[str, int | None, ast.AST]]:
    """Yield the parts of a node in which a fault would be one."""
    for attribute, value in ast.iter_fields(node):
        if attribute in {
            "annotation",
            "returns",
            "bases",
            "decorator_list",
            "format_spec",
            "type_params",
        }:
            continue
        is_list = isinstance(value, list)
        for index, child in enumerate(value if is_list else [value]):
            if not isinstance(child, ast.AST) or _is_only_for_readers(child):
                continue
            if not _is_message_for(node, child):
                yield attribute, index if is_list else None, child


def _is_only_for_readers(node: ast.AST) -> bool:
    """Tell whether nothing but documentation, or a type, depends on a node."""
    if isinstance(node, ast.If):
        return "TYPE_CHECKING" in ast.unparse(node.test)
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    if isinstance(node, ast.AnnAssign):
        return node.value is None or "TypeAlias" in ast.unparse(node.annotation)
    if isinstance(node, ast.Assign):
        target = ast.unparse(node.targets[0])
        return target in {"__slots__", "__all__", "TYPE_CHECKING"} or bool(
            _DECLARATIONS.search(ast.unparse(node.value))
        )
    return isinstance(node, ast.JoinedStr | ast.Import | ast.ImportFrom)


def _is_number(node: ast.AST) -> TypeGuard[ast.expr]:
    """Tell whether an expression is a size or a time, not a number that counts single things."""
    parts = ast.BinOp | ast.operator | ast.Constant
    if not all(isinstance(each, parts) for each in ast.walk(node)):
        return False
    value = eval(ast.unparse(node))
    return isinstance(value, float) or (isinstance(value, int) and value > 1)


def _is_message_for(node: ast.AST, child: ast.AST) -> bool:
    """Tell whether a child is the text of a log record or of an exception."""
    if not (isinstance(node, ast.Call) and isinstance(child, ast.Constant)):
        return False
    name = ast.unparse(node.func).rpartition(".")[2]
    return isinstance(child.value, str) and (name in _LOGS or name.endswith("Error"))


def _change(before: ast.AST, after: ast.AST) -> str:
    if isinstance(before, ast.If | ast.While | ast.IfExp) and isinstance(after, type(before)):
        kind = "while" if isinstance(before, ast.While) else "if"  # without what they hold
        return f"{kind} {_shortened(ast.unparse(before.test))} -> {ast.unparse(after.test)}"
    return f"{_shortened(ast.unparse(before))} -> {_shortened(ast.unparse(after))}"


def _shortened(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 100 else text[:60] + " ... " + text[-35:]
