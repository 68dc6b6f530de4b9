"""What a Python file imports, read from its syntax tree."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: Calls that import or resolve the module that a literal string names.
RESOLVERS = frozenset({"__import__", "import_module", "import_object"})


@dataclass(frozen=True)
class Import:
    """One name that a file imports."""

    line: int
    module: str  #: absolute dotted name, as far as the statement says
    name: str = ""  #: the name taken from the module, if the statement takes one
    lazy: bool = False  #: inside a function
    typing: bool = False  #: below ``if TYPE_CHECKING:``

    @property
    def target(self) -> str:
        """The dotted name that is imported, which may be a module or something in one."""
        return f"{self.module}.{self.name}" if self.name else self.module


def read_imports(file: Path, source: Path) -> list[Import]:
    """Return the imports of a file.

    :param source: the folder that dotted names start from; relative imports need it.
    """
    parts = file.relative_to(source).with_suffix("").parts
    package = parts[:-1]  # also right for __init__.py
    visitor = _Reader(package)
    visitor.visit(ast.parse(file.read_text(encoding="utf-8"), str(file)))
    return visitor.found


class _Reader(ast.NodeVisitor):
    def __init__(self, package: tuple[str, ...]) -> None:
        self.package = package
        self.found: list[Import] = []
        self._functions = 0
        self._typing = 0

    def _add(self, node: ast.stmt | ast.expr, module: str, name: str = "") -> None:
        lazy, typing = self._functions > 0, self._typing > 0
        self.found.append(Import(node.lineno, module, name, lazy=lazy, typing=typing))

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self._add(node, alias.name)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        module = node.module or ""
        if node.level:
            above = self.package[: len(self.package) - node.level + 1]
            module = ".".join((*above, module) if module else above)
        for alias in node.names:
            self._add(node, module, alias.name)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        """``tornado.web`` after ``import tornado`` depends on the module as an import does."""
        names = [node.attr]
        inner = node.value
        while isinstance(inner, ast.Attribute):
            names.append(inner.attr)
            inner = inner.value
        if isinstance(inner, ast.Name) and inner.id == "tornado":
            self._add(node, ".".join(["tornado", *reversed(names)]))
        else:
            self.visit(inner)

    def visit_Call(self, node: ast.Call) -> None:
        callee = node.func
        called = callee.attr if isinstance(callee, ast.Attribute) else getattr(callee, "id", "")
        if called in RESOLVERS and node.args and isinstance(node.args[0], ast.Constant):
            literal = node.args[0].value
            if isinstance(literal, str) and not literal.startswith("."):
                self._add(node, literal)
        if called == "publish":
            self._add_aliases(node)
        self.generic_visit(node)

    def _add_aliases(self, node: ast.Call) -> None:
        """Add what a public module imports when somebody asks for one of its aliases, as if in a function."""
        self._functions += 1
        for keyword in node.keywords:
            if keyword.arg == "aliases" and isinstance(keyword.value, ast.Dict):
                for value in keyword.value.values:
                    if isinstance(value, ast.Constant) and isinstance(value.value, str):
                        self._add(value, value.value)
        self._functions -= 1

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        for decorator in node.decorator_list:
            self.visit(decorator)
        if node.returns is not None:
            self.visit(node.returns)
        self._functions += 1
        for child in (node.args, *node.body):
            self.visit(child)
        self._functions -= 1

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_If(self, node: ast.If) -> None:
        if _tests_type_checking(node.test):
            self._typing += 1
            for child in node.body:
                self.visit(child)
            self._typing -= 1
            for child in node.orelse:
                self.visit(child)
        else:
            self.generic_visit(node)


def _tests_type_checking(test: ast.expr) -> bool:
    name = test.attr if isinstance(test, ast.Attribute) else getattr(test, "id", "")
    return name == "TYPE_CHECKING"


def string_keys(file: Path, variable: str) -> Iterator[tuple[str, str]]:
    """Yield the pairs of text of the first dict display in the value of a variable."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"), str(file))):
        if isinstance(node, ast.AnnAssign | ast.Assign):
            targets = [node.target] if isinstance(node, ast.AnnAssign) else node.targets
            named = any(isinstance(t, ast.Name) and t.id == variable for t in targets)
            if named and node.value is not None:
                for table in ast.walk(node.value):
                    if isinstance(table, ast.Dict):
                        yield from ast.literal_eval(table).items()
                        return
