"""The regular expressions of all modules."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from contextlib import suppress
from re import _parser as parser  # type: ignore[attr-defined]  # where patterns can be looked into

import pytest

import tornado


def patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    """Return every pattern that a module keeps, or keeps a method of."""
    for module in pkgutil.walk_packages(tornado.__path__, "tornado."):
        if module.name.endswith("__main__"):
            continue
        with suppress(ImportError):  # of what a piece needs for an extra
            for name, value in vars(importlib.import_module(module.name)).items():
                pattern = getattr(value, "__self__", value)
                if isinstance(pattern, re.Pattern):
                    yield f"{module.name}.{name}", pattern


PATTERNS = dict(patterns())


def repeated_without_giving_back(tree: object) -> Iterator[object]:
    """Return what is repeated by ``*+`` and the like, at any depth."""
    if isinstance(tree, parser.SubPattern | list | tuple):
        if len(tree) == 2 and tree[0] is parser.POSSESSIVE_REPEAT:
            yield tree[1][2]
        for part in tree:
            yield from repeated_without_giving_back(part)


def is_one_character(part: parser.SubPattern) -> bool:
    return len(part) == 1 and part[0][0] in (parser.IN, parser.LITERAL, parser.NOT_LITERAL)


def test_they_are_found() -> None:
    assert len(PATTERNS) > 50


@pytest.mark.parametrize("name", PATTERNS)
def test_no_group_is_repeated_without_giving_back(name: str) -> None:
    """Python 3.11.0 to 3.11.4 take half of such a group for a match (gh-106052)."""
    tree = parser.parse(PATTERNS[name].pattern, PATTERNS[name].flags)
    assert all(map(is_one_character, repeated_without_giving_back(tree)))
