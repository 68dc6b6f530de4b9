"""The public names, and the cost of importing them."""

from __future__ import annotations

import subprocess
import sys

import pytest

import tornado.template


def test_all_is_exactly_the_public_names_sorted() -> None:
    internal = ("TYPE_CHECKING", "annotations", "publish")
    public = [name for name in dir(tornado.template) if not name.startswith("_")]
    assert tornado.template.__all__ == [name for name in public if name not in internal]


def test_public_objects_show_the_public_module() -> None:
    for name in ("BaseLoader", "DictLoader", "Loader", "ParseError", "Template"):
        assert getattr(tornado.template, name).__module__ == "tornado.template"
    assert tornado.template.filter_whitespace.__module__ == "tornado.template"


def modules_after(statement: str) -> set[str]:
    """Return the modules that a statement loads in a fresh interpreter."""
    program = (
        f"import sys; before = set(sys.modules)\n{statement}\nprint(*set(sys.modules) - before)"
    )
    command = [sys.executable, "-c", program]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    return set(result.stdout.split())


@pytest.mark.parametrize(
    "statement",
    [
        "import tornado.template",
        "from tornado.template import Template; Template('{{ a }}').generate(a='<')",
        "import tornado.template as t; [getattr(t, name) for name in t.__all__]",
    ],
)
def test_the_network_stays_outside(statement: str) -> None:
    loaded = modules_after(statement)
    assert "tornado.template" in loaded
    assert not {"asyncio", "ssl", "socket", "http", "http.client"} & loaded
    assert not {"dataclasses", "inspect", "ast"} & loaded


def test_modules_that_only_rendering_needs_are_not_imported_before() -> None:
    loaded = modules_after("from tornado.template import Loader, Template; Loader('.')")
    assert not {"markupsafe", "json", "typing"} & loaded


def test_an_import_loads_less_than_re_and_json() -> None:
    assert len(modules_after("import tornado.template")) < len(modules_after("import re, json"))
