"""Let upstream's test modules load where a name that they import is missing.

A module of tests that imports one name too many would be lost as a whole. Here an import of
something of ``tornado`` that is not there gives a placeholder instead, so that only the tests
that use the name fail. The files stay as they are: their syntax trees are changed while they are
loaded.
"""

from __future__ import annotations

import ast
import sys
import unittest
from functools import wraps
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from inspect import isfunction
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import CodeType, ModuleType

#: The package of upstream's tests, below which imports are changed.
SUITE = "tornado.test"

#: The name under which a changed module reaches `import_names`.
HELPER = "__import_names__"

#: The name under which it reaches `import_module`.
TRY_HELPER = "__import_module__"


class MissingNameError(Exception):
    """A test uses a name that is not there."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is missing")


class Missing:
    """The placeholder of a name: it can be named, and be a base class, and nothing else.

    While a module is loaded its attributes are placeholders too, so that ``class A(missing.B)``
    costs the tests that make an ``A``.
    """

    loading = 0

    def __init__(self, name: str) -> None:
        vars(self)["_name"] = name

    def _refuse(self, *_args: object, **_kwargs: object) -> NoReturn:
        raise MissingNameError(self._name)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or not Missing.loading:
            raise MissingNameError(f"{self._name}.{name}")
        return Missing(f"{self._name}.{name}")

    def __call__(self, *arguments: object, **keywords: object) -> Any:
        """Stand for a decorator, while a module is loaded."""
        if not Missing.loading:
            self._refuse()
        if len(arguments) == 1 and not keywords and isfunction(arguments[0]):
            return decorated(arguments[0], self)
        return self

    def __mro_entries__(self, bases: tuple[object, ...]) -> tuple[type, ...]:
        return (type("Unusable", (Unusable,), {"missing": self._name}),)

    def __or__(self, other: object) -> Missing:
        return self

    __ror__ = __or__  # annotations such as `Missing | None` are evaluated
    __getitem__ = __or__
    __setattr__ = __bool__ = __iter__ = __len__ = _refuse
    __eq__ = __lt__ = __add__ = __enter__ = _refuse
    __hash__ = object.__hash__


def decorated(function: Any, by: Missing) -> Any:
    """Return what a missing decorator makes of a function: one that fails when it is called."""

    @wraps(function)
    def fail(*_args: object, **_kwargs: object) -> NoReturn:
        raise MissingNameError(vars(by)["_name"])

    return fail


class Unusable:
    """The base class that stands for a missing one."""

    missing = ""

    def __init_subclass__(cls) -> None:
        if issubclass(cls, unittest.TestCase):
            vars_of: Any = cls
            vars_of.setUp = Unusable._refuse  # so that the tests fail one by one

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if not isinstance(self, unittest.TestCase):
            self._refuse()
        super().__init__(*args, **kwargs)

    def _refuse(self) -> NoReturn:
        raise MissingNameError(self.missing)


def import_names(module: str, names: Sequence[str]) -> list[object]:
    """Return what ``from module import names`` gives, with placeholders for what it does not."""
    found: list[object] = []
    for name in names:
        try:
            loaded = __import__(module, fromlist=[name])
        except ModuleNotFoundError as error:
            if not _is_ours(error.name or ""):
                raise  # a library of somebody else, whose absence the suite knows how to handle
            found.append(Missing(f"{module}.{name}"))
        else:
            found.append(getattr(loaded, name, None) or _submodule(module, name))
    return found


def import_module(module: str) -> ModuleType:
    """Return the package ``tornado`` after ``import tornado.x``, even if there is no such module."""
    try:
        __import__(module)
    except ModuleNotFoundError as error:
        if not _is_ours(error.name or ""):
            raise
    return sys.modules["tornado"]


def _is_ours(module: str) -> bool:
    """Tell if a module would be one of the pieces'."""
    return module.startswith("tornado.") and not f"{module}.".startswith(f"{SUITE}.")


def _submodule(module: str, name: str) -> object:
    loaded: ModuleType = sys.modules[module]
    return vars(loaded)[name] if name in vars(loaded) else Missing(f"{module}.{name}")


class Imports(ast.NodeTransformer):
    """Change the imports of ``tornado`` at the top of a module, which would be fatal to it."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """Leave functions alone: what they import is missed by the tests that call them."""
        return node

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        return node

    def visit_Try(self, node: ast.Try) -> ast.AST:
        """Leave an attempt alone where the suite says itself what follows from its failure."""
        node.orelse = [self.visit(statement) for statement in node.orelse]
        if all(isinstance(handler.body[-1], ast.Raise) for handler in node.handlers):
            node.body = [self.visit(statement) for statement in node.body]
        return node

    def visit_Import(self, node: ast.Import) -> ast.AST | list[ast.stmt]:
        """``import tornado.x`` becomes an attempt."""
        ours = [alias.name for alias in node.names if alias.name.startswith("tornado.")]
        if not ours or len(node.names) > 1 or node.names[0].asname:
            return node
        call = ast.Call(ast.Name(TRY_HELPER, ast.Load()), [ast.Constant(ours[0])], [])
        changed = ast.Assign([ast.Name("tornado", ast.Store())], call)
        return ast.fix_missing_locations(ast.copy_location(changed, node))

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.AST | list[ast.stmt]:
        """``from tornado.x import a as b, c`` becomes ``[b, c] = import_names("x", ["a", "c"])``."""
        module = node.module or ""
        if node.level or module.partition(".")[0] != "tornado" or node.names[0].name == "*":
            return node
        names = ast.List([ast.Constant(alias.name) for alias in node.names], ast.Load())
        call = ast.Call(ast.Name(HELPER, ast.Load()), [ast.Constant(module), names], [])
        targets = [ast.Name(alias.asname or alias.name, ast.Store()) for alias in node.names]
        changed = ast.Assign([ast.List(list(targets), ast.Store())], call)
        return ast.fix_missing_locations(ast.copy_location(changed, node))


class SuiteLoader(SourceFileLoader):
    """A loader that changes the imports of a module of the suite, and keeps no bytecode of it."""

    def path_stats(self, path: str) -> NoReturn:
        """Say that there is no bytecode, which would hide the source."""
        raise OSError(path)

    def source_to_code(  # type: ignore[override]  # typeshed has a static method of a base class
        self, data: Any, path: Any, *, _optimize: int = -1, **_others: object
    ) -> CodeType:
        """Compile the changed tree."""
        tree = Imports().visit(ast.parse(data, path))
        code: CodeType = compile(tree, path, "exec", dont_inherit=True, optimize=_optimize)
        return code

    def exec_module(self, module: ModuleType) -> None:
        """Run the module with the helper in its namespace."""
        vars(module).update({HELPER: import_names, TRY_HELPER: import_module})
        Missing.loading += 1
        try:
            super().exec_module(module)
        finally:
            Missing.loading -= 1


class SuiteFinder(MetaPathFinder):
    """A finder of the modules of the suite, which `SuiteLoader` loads."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if not fullname.startswith(f"{SUITE}."):
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and isinstance(spec.loader, SourceFileLoader):
            spec.loader = SuiteLoader(fullname, spec.loader.path)
        return spec
