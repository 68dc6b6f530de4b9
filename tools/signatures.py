"""Signatures written as text, compared with the ones of real callables."""

from __future__ import annotations

import ast
import inspect
import re
from dataclasses import dataclass
from inspect import Parameter
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: A default whose text is not a literal, such as ``<AddressFamily.AF_UNSPEC: 0>``.
OPAQUE: Final = object()

STARS = {Parameter.VAR_POSITIONAL: "*", Parameter.VAR_KEYWORD: "**"}
POSITIONAL = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)


@dataclass(frozen=True)
class Wanted:
    """One parameter of a signature that has to be matched."""

    name: str
    kind: Any
    default: object = Parameter.empty

    @property
    def required(self) -> bool:
        return self.default is Parameter.empty


def parse_signature(text: str) -> list[Wanted]:
    """Return the parameters of a signature such as ``(self, name, default=<object>, *args)``."""
    source = re.sub(r"=<[^>]*>", "=...", text)
    (function,) = ast.parse(f"def f{source}: pass").body
    if not isinstance(function, ast.FunctionDef):
        raise TypeError(f"not a signature: {text!r}")
    arguments = function.args
    wanted = []
    positional = [*arguments.posonlyargs, *arguments.args]
    bare = len(positional) - len(arguments.defaults)
    for index, argument in enumerate(positional):
        kind = (
            Parameter.POSITIONAL_ONLY
            if index < len(arguments.posonlyargs)
            else Parameter.POSITIONAL_OR_KEYWORD
        )
        default = _literal(arguments.defaults[index - bare]) if index >= bare else Parameter.empty
        wanted.append(Wanted(argument.arg, kind, default))
    if arguments.vararg:
        wanted.append(Wanted(arguments.vararg.arg, Parameter.VAR_POSITIONAL))
    for argument, node in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        default = Parameter.empty if node is None else _literal(node)
        wanted.append(Wanted(argument.arg, Parameter.KEYWORD_ONLY, default))
    if arguments.kwarg:
        wanted.append(Wanted(arguments.kwarg.arg, Parameter.VAR_KEYWORD))
    return wanted


def _literal(node: ast.expr) -> object:
    try:
        value = ast.literal_eval(node)
    except ValueError:
        return OPAQUE
    return OPAQUE if value is ... else value


def parameters_of(thing: Callable[..., Any]) -> list[Parameter] | None:
    """Return the parameters of a callable, or None if it has no signature."""
    try:
        return list(inspect.signature(thing).parameters.values())
    except (TypeError, ValueError):
        return None


def differences(wanted: list[Wanted], found: list[Parameter]) -> Iterator[str]:
    """Yield why a call that fits the wanted signature might not fit the found one.

    More parameters are fine when they are optional and come after the wanted ones.
    """
    positional = [parameter for parameter in found if parameter.kind in POSITIONAL]
    matched = set()
    for index, want in enumerate(want for want in wanted if want.kind in POSITIONAL):
        match = positional[index] if index < len(positional) else None
        nameless = want.kind is Parameter.POSITIONAL_ONLY
        if match is None or (match.name != want.name and not nameless):
            yield f"{want.name} is not its positional parameter {index}"
        else:
            matched.add(match.name)
            yield from _default_differences(want, match)
    by_name = {parameter.name: parameter for parameter in found}
    for want in (want for want in wanted if want.kind is Parameter.KEYWORD_ONLY):
        if want.name in by_name:
            matched.add(want.name)
            yield from _default_differences(want, by_name[want.name])
        else:
            yield f"takes no {want.name}"
    kinds = {parameter.kind for parameter in found}
    for want in wanted:
        if want.kind in STARS and want.kind not in kinds:
            yield f"takes no {STARS[want.kind]}{want.name}"
    for extra in found:
        is_required = extra.default is Parameter.empty and extra.kind not in STARS
        if is_required and extra.name not in matched:
            yield f"requires {extra.name}"


def _default_differences(want: Wanted, match: Parameter) -> Iterator[str]:
    if want.required:
        return
    if match.default is Parameter.empty:
        yield f"requires {want.name}"
    elif want.default is not OPAQUE and not _same_default(want.default, match.default):
        yield f"defaults {want.name} to {match.default!r}, not {want.default!r}"


def _same_default(want: object, found: object) -> bool:
    """Tell if two defaults are equal, or one of them cannot be told by its text."""
    if isinstance(want, list | tuple) and isinstance(found, list | tuple):
        return list(want) == list(found)
    is_literal = found is None or isinstance(found, str | bytes | int | float | list | tuple | dict)
    return want == found or not is_literal
