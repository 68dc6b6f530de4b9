"""What is changed to make a mutant.

Each function takes a node and yields what may stand instead of it, each time as a fault that a
programmer could make: another comparison, a condition that is always true, a call that is left out.
"""

from __future__ import annotations

import ast
from copy import copy
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Operator = Callable[[ast.AST], Iterator[ast.AST]]

_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}

_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitOr,
}

_FUNCTIONS = {"min": "max", "max": "min", "any": "all", "all": "any"}


#: Statements that may be left out, whatever they hold.
_STATEMENTS = ast.AugAssign | ast.Raise | ast.Delete | ast.Break | ast.Continue | ast.Return


def comparison(node: ast.AST) -> Iterator[ast.AST]:
    """Compare in another way."""
    if isinstance(node, ast.Compare):
        for index, operator in enumerate(node.ops):
            for other in _COMPARISONS[type(operator)]:
                changed = copy(node)
                changed.ops = [*node.ops[:index], other(), *node.ops[index + 1 :]]
                yield changed


def logic(node: ast.AST) -> Iterator[ast.AST]:
    """Take ``or`` for ``and``, leave out an operand or a ``not``."""
    if isinstance(node, ast.BoolOp):
        other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield ast.BoolOp(other, node.values)
        for index in range(len(node.values)):
            rest = [*node.values[:index], *node.values[index + 1 :]]
            yield rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield node.operand


def condition(node: ast.AST) -> Iterator[ast.AST]:
    """Let a condition always or never be true."""
    if isinstance(node, ast.If | ast.IfExp | ast.While):
        for value in (False,) if isinstance(node, ast.While) else (True, False):
            changed = copy(node)
            changed.test = ast.Constant(value)
            yield changed


def constant(node: ast.AST) -> Iterator[ast.AST]:
    """Take a neighbouring number, the other truth value, another string."""
    if isinstance(node, ast.Constant):
        value = node.value
        if isinstance(value, bool):
            yield ast.Constant(not value)
        elif isinstance(value, int | float):
            yield ast.Constant(value + 1)
            yield ast.Constant(value - 1)
        elif isinstance(value, str | bytes) and value:
            yield ast.Constant(value[:0])


def arithmetic(node: ast.AST) -> Iterator[ast.AST]:
    """Calculate in another way."""
    if isinstance(node, ast.BinOp | ast.AugAssign) and type(node.op) in _ARITHMETIC:
        changed = copy(node)
        changed.op = _ARITHMETIC[type(node.op)]()
        yield changed
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield node.operand
    elif isinstance(node, ast.Call):
        other = _FUNCTIONS.get(ast.unparse(node.func))
        if other:
            changed_call = copy(node)
            changed_call.func = ast.Name(other, ast.Load())
            yield changed_call


def element(node: ast.AST) -> Iterator[ast.AST]:
    """Leave out an element of a collection."""
    if isinstance(node, ast.Tuple | ast.List | ast.Set) and len(node.elts) > 1:
        if isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
            for index in range(len(node.elts)):
                changed = copy(node)
                changed.elts = [*node.elts[:index], *node.elts[index + 1 :]]
                yield changed
    elif isinstance(node, ast.Dict):
        for index in range(len(node.keys)):
            keys = [*node.keys[:index], *node.keys[index + 1 :]]
            yield ast.Dict(keys, [*node.values[:index], *node.values[index + 1 :]])


def statement(node: ast.AST) -> Iterator[ast.AST]:
    """Leave out a statement; a result is None."""
    if isinstance(node, ast.Return) and node.value is not None:
        if ast.unparse(node.value) != "None":
            yield ast.Return(ast.Constant(None))
    elif (
        isinstance(node, _STATEMENTS)
        or (isinstance(node, ast.Expr) and not isinstance(node.value, ast.Constant))
        or (isinstance(node, ast.Assign) and not isinstance(node.targets[0], ast.Name))
    ):
        yield ast.Pass()


def tuning(value: ast.expr) -> Iterator[ast.expr]:
    """Take ten times a number, and a tenth of it."""
    yield ast.BinOp(value, ast.Mult(), ast.Constant(10))
    yield ast.BinOp(
        value, ast.Div() if "." in ast.unparse(value) else ast.FloorDiv(), ast.Constant(10)
    )


OPERATORS: tuple[Operator, ...] = (
    comparison,
    logic,
    condition,
    constant,
    arithmetic,
    element,
    statement,
)
