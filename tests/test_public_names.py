"""What a user sees of an object names the public module that documents it, never a private one."""

from __future__ import annotations

import inspect
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from parity import CLASSIC, MODERN, Exceptions, Parity, modules_of

PARITY = Parity(Exceptions.read())
MODULES = [
    module
    for name in sorted({*modules_of(MODERN), *modules_of(CLASSIC)})
    if hasattr(module := PARITY.module(name), "__all__")
]


def classes_of(module: Any) -> list[type]:
    things = [getattr(module, name) for name in module.__all__]
    return [
        each for each in things if isinstance(each, type) and each.__module__ == module.__name__
    ]


def functions_of(thing: type) -> Iterator[Any]:
    for name in dir(thing):
        member = inspect.getattr_static(thing, name, None)
        member = getattr(member, "fget", None) or getattr(member, "__func__", member)
        if inspect.isfunction(member):
            yield member


def is_private(module: str) -> bool:
    return module.startswith("tornado") and "._" in module


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_public_objects_name_a_public_module(module: Any) -> None:
    things = [getattr(module, each) for each in module.__all__]
    named = [each for each in things if isinstance(each, type) or inspect.isroutine(each)]
    assert [each for each in named if is_private(str(each.__module__))] == []


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_methods_are_found_where_they_say_that_they_are(module: Any) -> None:
    """A method that classes share with a private base names the base."""
    for thing in classes_of(module):
        for function in functions_of(thing):
            if function.__module__.startswith("tornado") and "<" not in function.__qualname__:
                found: Any = import_module(function.__module__)
                for part in function.__qualname__.split("."):
                    found = inspect.getattr_static(found, part)
                found = getattr(found, "fget", None) or getattr(found, "__func__", found)
                assert inspect.unwrap(found) is inspect.unwrap(function)


MADE_BY_OTHERS = """
from tornado.httputil import MultipartReader, parse_multipart_form_data
from tornado.template import DictLoader
lines = [b'--b', b'Content-Disposition: form-data; name="f"; filename="a"', b'', b'x', b'--b--', b'']
body = bytes([13, 10]).join(lines)
files = {}
parse_multipart_form_data(b"b", body, {}, files)
events = MultipartReader(b"b").receive(body)
for each in (files["f"][0], *events, DictLoader({"a": "b"}).load("a")):
    print(type(each).__module__)
"""


def test_objects_that_others_make_name_a_public_module() -> None:
    """The public module was never asked for their classes."""
    command = [sys.executable, "-c", MADE_BY_OTHERS]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    assert answer.stdout.split() == ["tornado.httputil"] * 5 + ["tornado.template"]
