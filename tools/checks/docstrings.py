"""The style of docstrings: Sphinx fields, nouns for classes, imperatives for functions."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

#: "Raises ValueError if ...", which is a field.
_RAISES = re.compile(
    r"\b(?:Raises|It raises|Throws)\s+(?:an?\s+)?[:`~\w]*(?:Error|Exception|Full|Empty)\b"
)

#: A third person at the start: a word on -s, then what a verb is followed by.
_THIRD_PERSON = re.compile(
    r"(?!This\b|Always\b|Plus\b|Less\b|Across\b|Class\b)[A-Z][a-z]*[a-rt-z]s\s+"
    r"(?:an?|the|its|their|it|them|what|which|whether|if|one|all|every|each|some|any|how|when|where)\b"
)

#: Imperatives that a class is sometimes described with.
_IMPERATIVE = re.compile(
    r"(?:Return|Read|Write|Make|Take|Give|Send|Raise|Find|Hold|Keep|Wrap|Run|Parse|Build|Tell|Serve)\s"
)

#: The name of a decorator that makes an attribute of a method.
_PROPERTIES = re.compile(r"property|lazy|setter|getter|deleter|cached")


def docstrings(tree: ast.Module) -> Iterator[str]:
    """Find docstrings in another style than that of the house."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            yield from _of_class(node)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _of_function(node)


def _of_class(node: ast.ClassDef) -> Iterator[str]:
    text = ast.get_docstring(node) or ""
    place = f":{node.lineno}: the docstring of {node.name}"
    if _THIRD_PERSON.match(text) or _IMPERATIVE.match(text):
        yield f"{place} begins with a verb: describe the class with a noun"
    if _RAISES.search(text):
        yield f"{place} says Raises: write a field, :raises Error: if ..."


def _of_function(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    text = ast.get_docstring(node) or ""
    place = f":{node.lineno}: the docstring of {node.name}"
    is_property = any(_PROPERTIES.search(ast.unparse(each)) for each in node.decorator_list)
    if re.match(r"This\s+(?:function|method|coroutine|decorator)\b", text):
        yield f"{place} begins with This ...: write what it does, in the imperative"
    elif not is_property and _THIRD_PERSON.match(text):
        yield f"{place} begins with a third person: write the imperative"
    if _RAISES.search(text):
        yield f"{place} says Raises: write a field, :raises Error: if ..."
