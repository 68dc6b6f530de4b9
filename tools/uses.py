"""Find out which public names a test module uses, by its syntax and by what its names stand for.

A mention is not a use: words in comments and strings do not count, and neither does an attribute of
something else that happens to have the name. What counts is a name that is imported and then
loaded, an attribute of a module or a class, an attribute of an object that is known to be of the
class, an attribute that is set by an argument of the constructor, and a method that a subclass
defines. A string that is a whole program, as tests start them, is read like the module.

What an object is follows from calls of classes, annotations of parameters and results, fixtures,
and attributes that are set; names are looked up in their function, then in the module. Imported
things are the real ones, so that a use of an inherited method counts for the class that has it. What
cannot be followed is not counted.
"""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

#: Functions whose result is what they are given, or what comes out of it.
_PASSING = frozenset(
    {
        "anext",
        "create_task",
        "ensure_future",
        "enter_async_context",
        "enter_context",
        "gather",
        "keep",
        "list",
        "next",
        "result",
        "run",
        "run_sync",
        "shield",
        "tuple",
        "wait_for",
        "with_timeout",
    }
)


class Kind(NamedTuple):
    """What an expression may stand for: a thing, or an instance of the class that the thing is."""

    thing: Any  #: a module, a class, a function, or the syntax of a function of the test
    is_instance: bool = False
    owner: Any = None  #: the class that a method was taken from


Kinds = frozenset[Kind]
NOTHING: Kinds = frozenset()

#: Modules and classes, each with a name that is used of it.
Found = AbstractSet[tuple[Any, str]]


@dataclass
class Scope:
    """The names of a function or module."""

    names: dict[str, Kinds] = field(default_factory=dict)
    above: Scope | None = None
    results: Kinds = NOTHING  #: of the function, whether it returns or yields them
    holder: Kinds = NOTHING  #: the bases of the class whose body this is in

    def find(self, name: str) -> Kinds | None:
        if name in self.names:
            return self.names[name]
        return self.above.find(name) if self.above else None

    def add(self, name: str, kinds: Kinds) -> None:
        self.names[name] = self.names.get(name, NOTHING) | kinds


class Uses(ast.NodeVisitor):
    """Collect the uses in one module; ``found`` holds pairs of a module or class and a name.

    :param classes: the public classes by their names, as annotations write them.
    :param fixtures: the reader of the module's conftest, if it has one.
    """

    def __init__(self, classes: dict[str, set[type]], fixtures: Uses | None = None) -> None:
        self._classes = classes
        self._module: Scope = Scope(above=fixtures._module if fixtures else None)
        self._scope = self._module
        self._attributes: dict[str, Kinds] = dict(fixtures._attributes) if fixtures else {}
        self._imported: dict[str, tuple[ModuleType, str]] = {}
        self._scopes: dict[ast.AST, Scope] = dict(fixtures._scopes) if fixtures else {}
        self.found: set[tuple[Any, str]] = set()

    def read(self, file: Path) -> Uses:
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for _ in range(3):  # what is found out in one pass helps the next one
            self.found.clear()
            self.visit(tree)
        return self

    # Names.

    def visit_Import(self, node: ast.Import) -> None:
        for name in node.names:
            module = _module(name.name)
            if module is not None:
                top = module if name.asname else import_module(name.name.partition(".")[0])
                self._scope.add(name.asname or name.name.partition(".")[0], _kinds_of(top))

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        module = _module(node.module or "")
        if module is None:
            return
        for name in node.names:
            thing = getattr(module, name.name, None) or _module(f"{node.module}.{name.name}")
            self._imported[name.asname or name.name] = module, name.name
            self._scope.add(name.asname or name.name, _kinds_of(thing))

    def visit_Name(self, node: ast.Name) -> Kinds:
        kinds = self._scope.find(node.id)
        if isinstance(node.ctx, ast.Load) and node.id in self._imported:
            self.found.add(self._imported[node.id])
        return kinds or NOTHING

    # Expressions: what they may stand for.

    def of(self, node: ast.AST | None) -> Kinds:
        """Visit an expression; return what it may stand for."""
        found = self.visit(node) if node is not None else None
        return found if isinstance(found, frozenset) else NOTHING

    def generic_visit(self, node: ast.AST) -> Any:
        """Return what the parts of an expression may stand for: elements, branches, what is awaited."""
        kinds = NOTHING
        for child in ast.iter_child_nodes(node):
            found = self.visit(child)
            if isinstance(found, frozenset):
                kinds |= found
        return kinds if isinstance(node, _TRANSPARENT) else NOTHING

    def visit_Attribute(self, node: ast.Attribute) -> Kinds:
        return self._take(self.of(node.value), node.attr)

    def _take(self, kinds: Iterable[Kind], name: str) -> Kinds:
        result = NOTHING
        for kind in kinds:
            if _has(kind.thing, name):
                self.found.add((kind.thing, name))
                result |= self._member(kind, name)
        return result or self._attributes.get(name, NOTHING)

    def _member(self, kind: Kind, name: str) -> Kinds:
        if not kind.is_instance:
            thing = getattr(kind.thing, name, None)
            return frozenset(each._replace(owner=kind.thing) for each in _kinds_of(thing))
        member = inspect.getattr_static(kind.thing, name, None)
        if isinstance(member, property):
            return self._named(
                getattr(member.fget, "__annotations__", {}).get("return"), kind.thing
            )
        if callable(getattr(member, "__func__", member)):
            return frozenset({Kind(getattr(member, "__func__", member), owner=kind.thing)})
        return self._named(_annotation(kind.thing, name), kind.thing)

    def visit_Call(self, node: ast.Call) -> Kinds:
        callee = self.of(node.func)
        arguments = [self.of(each) for each in [*node.args, *(k.value for k in node.keywords)]]
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if (
            name in ("getattr", "setattr")
            and len(node.args) > 1
            and isinstance(node.args[1], ast.Constant)
        ):
            return self._take(arguments[0], str(node.args[1].value))
        if name == "isinstance":
            self._bind(node.args[0], frozenset(k._replace(is_instance=True) for k in arguments[1]))
        if name == "super":
            return frozenset(Kind(each.thing, is_instance=True) for each in self._scope.holder)
        result = NOTHING
        for kind in callee:
            result |= self._called(kind)
            if isinstance(kind.thing, type) and not kind.is_instance:
                self._take_all({kind}, [k.arg for k in node.keywords if k.arg])
        if result or name not in _PASSING:
            return result
        of_receiver = self.of(node.func.value) if isinstance(node.func, ast.Attribute) else NOTHING
        return frozenset().union(*arguments, of_receiver)

    def _called(self, kind: Kind) -> Kinds:
        if isinstance(kind.thing, ast.AST):
            return self._scopes[kind.thing].results if kind.thing in self._scopes else NOTHING
        if inspect.isroutine(kind.thing):
            self.found.add((kind.thing, "__init__"))  # of what was a class in one of the APIs
        if isinstance(kind.thing, type):
            names = ["__call__"] if kind.is_instance else ["__init__", "initialize"]
            self.found.update((kind.thing, name) for name in names)
            return NOTHING if kind.is_instance else frozenset({Kind(kind.thing, is_instance=True)})
        return self._named(getattr(kind.thing, "__annotations__", {}).get("return"), kind.owner)

    def _named(self, annotation: object, owner: Any) -> Kinds:
        """Return instances of the public classes that an annotation names."""
        words = re.findall(r"\w+", annotation if isinstance(annotation, str) else repr(annotation))
        classes = [each for word in words for each in self._classes.get(word, ())]
        if "Self" in words and isinstance(owner, type):
            classes.append(owner)
        return frozenset(Kind(each, is_instance=True) for each in classes)

    def visit_Constant(self, node: ast.Constant) -> None:
        text = node.value
        if isinstance(text, str) and "\n" in text and "import " in text and "tornado" in text:
            with suppress(SyntaxError):
                program = ast.parse(textwrap.dedent(text))
                self._within(Scope(above=self._module), program.body)

    # Statements: what names stand for.

    def _bind(self, target: ast.AST, kinds: Kinds) -> None:
        if isinstance(target, ast.Name):
            self._scope.add(target.id, kinds)
        elif isinstance(target, ast.Attribute):
            self.visit(target)
            if kinds:
                self._attributes[target.attr] = self._attributes.get(target.attr, NOTHING) | kinds
        elif isinstance(target, ast.Tuple | ast.List):
            for each in target.elts:
                self._bind(each, kinds)
        else:
            self.visit(target)

    def visit_Assign(self, node: ast.Assign) -> None:
        value = node.value
        for target in node.targets:
            pairs: list[tuple[ast.AST, Kinds]] = [(target, self.of(value))]
            if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
                pairs = [(t, self.of(v)) for t, v in zip(target.elts, value.elts, strict=False)]
            for each, kinds in pairs:
                self._bind(each, kinds)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self._bind(node.target, self.of(node.value) | self._annotated(node.annotation))

    def visit_NamedExpr(self, node: ast.NamedExpr) -> Kinds:
        kinds = self.of(node.value)
        self._bind(node.target, kinds)
        return kinds

    def visit_withitem(self, node: ast.withitem) -> None:
        kinds = self.of(node.context_expr)
        if node.optional_vars is not None:
            self._bind(node.optional_vars, kinds)

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        kinds = self.of(node.type)
        if node.name:
            self._scope.add(node.name, frozenset(each._replace(is_instance=True) for each in kinds))
        for each in node.body:
            self.visit(each)

    def visit_For(self, node: ast.For | ast.AsyncFor | ast.comprehension) -> None:
        self._bind(node.target, self.of(node.iter))
        for child in ast.iter_child_nodes(node):
            if child is not node.target and child is not node.iter:
                self.visit(child)

    visit_AsyncFor = visit_comprehension = visit_For

    def visit_ListComp(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> Kinds:
        for each in node.generators:
            self.visit(each)
        return self.of(node.elt)

    visit_SetComp = visit_GeneratorExp = visit_ListComp

    def visit_Return(self, node: ast.Return | ast.Yield | ast.YieldFrom) -> None:
        self._scope.results |= self.of(node.value)

    visit_Yield = visit_YieldFrom = visit_Return

    def _annotated(self, annotation: ast.AST | None) -> Kinds:
        if annotation is None:
            return NOTHING
        self.visit(annotation)
        return self._named(ast.unparse(annotation), None)

    # Functions and classes.

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self._scope.add(node.name, frozenset({Kind(node)}))
        scope = self._scopes.setdefault(node, Scope(above=self._scope))
        scope.holder = self._scope.holder
        self._tabulated(node.decorator_list, scope)
        arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        for position, each in enumerate(arguments):
            kinds = self._annotated(each.annotation)
            if position == 0 and self._scope.holder and each.arg in ("self", "cls"):
                is_self = each.arg == "self"
                kinds = frozenset(k._replace(is_instance=is_self) for k in self._scope.holder)
            scope.add(each.arg, kinds or self._fixture(each.arg))
        scope.results |= self._annotated(node.returns)
        for default in [*node.args.defaults, *node.args.kw_defaults]:
            self.of(default)
        self._within(scope, node.body)

    visit_AsyncFunctionDef = visit_FunctionDef

    def _fixture(self, name: str) -> Kinds:
        results = NOTHING
        for kind in self._module.find(name) or NOTHING:
            if isinstance(kind.thing, ast.FunctionDef | ast.AsyncFunctionDef):
                results |= self._called(kind)
        return results

    def _tabulated(self, decorators: Sequence[ast.expr], scope: Scope) -> None:
        """Give the parameters of a test what its tables hold."""
        for each in decorators:
            kinds = self.of(each)
            if isinstance(each, ast.Call) and getattr(each.func, "attr", "") == "parametrize":
                names = re.findall(r"\w+", ast.unparse(each.args[0]))
                for name in names:
                    scope.add(name, kinds | self.of(each.args[1]))

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        for decorator in node.decorator_list:
            self.visit(decorator)
        bases = frozenset().union(*(self.of(each) for each in node.bases))
        self._scope.add(node.name, bases)
        for each in node.body:
            names = [each.name] if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef) else []
            if isinstance(each, ast.Assign):
                names = [target.id for target in each.targets if isinstance(target, ast.Name)]
            self._take_all(bases, names)
        self._within(Scope(above=self._scope, holder=bases), node.body)

    def _take_all(self, bases: Iterable[Kind], names: Iterable[str]) -> None:
        for name in names:
            self._take(bases, name)

    def _within(self, scope: Scope, body: Sequence[ast.stmt]) -> None:
        before, self._scope = self._scope, scope
        for each in body:
            self.visit(each)
        self._scope = before


_TRANSPARENT = (
    ast.Await,
    ast.BoolOp,
    ast.Dict,
    ast.IfExp,
    ast.List,
    ast.Set,
    ast.Starred,
    ast.Subscript,
    ast.Tuple,
)


def _module(name: str) -> ModuleType | None:
    if name != "tornado" and not name.startswith("tornado."):
        return None
    try:
        return import_module(name)
    except ImportError:
        return None


def _kinds_of(thing: Any) -> Kinds:
    if thing is None:
        return NOTHING
    if isinstance(thing, ModuleType | type) or inspect.isroutine(thing):
        return frozenset({Kind(thing)})
    return frozenset({Kind(type(thing), is_instance=True)})


def _has(thing: Any, name: str) -> bool:
    if isinstance(thing, ast.AST):
        return False
    return hasattr(thing, name) or _annotation(thing, name) is not None


def _annotation(thing: Any, name: str) -> object:
    for base in getattr(thing, "__mro__", ()):
        if isinstance(base, type) and name in inspect.get_annotations(base):
            return inspect.get_annotations(base)[name]
    return None


def is_used(found: Found, holder: Any, name: str) -> bool:
    """Tell whether uses are one of a name in a module, or of a member of a class."""
    if (holder, name) in found:
        return True
    if isinstance(holder, type):
        return any(
            isinstance(thing, type) and used == name and _inherits(thing, holder, name)
            for thing, used in found
        )
    wanted = getattr(holder, name, None)
    return (isinstance(wanted, type) or inspect.isroutine(wanted)) and any(
        getattr(thing, used, None) is wanted
        for thing, used in found
        if isinstance(thing, ModuleType)
    )


def _inherits(thing: type, holder: type, name: str) -> bool:
    """Tell if a subclass has a member from a class, or is what a configurable class makes."""
    if holder not in thing.__mro__:
        return False
    if hasattr(holder, "configurable_base"):
        return True
    missing = object()
    ours = inspect.getattr_static(holder, name, missing)
    return ours is inspect.getattr_static(thing, name, missing)


def read_uses(files: Iterable[Path], classes: dict[str, set[type]]) -> Iterator[tuple[Path, Found]]:
    """Yield each test module with the uses in it; a conftest beside it has its fixtures."""
    conftests: dict[Path, Uses] = {}
    for file in files:
        fixtures = None
        for folder in [*reversed(file.parents)][-3:]:
            conftest = folder / "conftest.py"
            if conftest.exists():
                if conftest not in conftests:
                    conftests[conftest] = Uses(classes, fixtures).read(conftest)
                fixtures = conftests[conftest]
        yield file, Uses(classes, fixtures).read(file).found
