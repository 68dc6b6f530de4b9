"""The face: its names, and what an import of it costs."""

from __future__ import annotations

import subprocess
import sys

import tornado.template


def test_all_is_exactly_the_public_names_sorted() -> None:
    internal = ("TYPE_CHECKING", "annotations", "publish")
    public = [name for name in dir(tornado.template) if not name.startswith("_")]
    assert tornado.template.__all__ == [name for name in public if name not in internal]


def test_public_objects_say_the_public_name() -> None:
    for name in ("BaseLoader", "DictLoader", "Loader", "ParseError", "Template"):
        assert getattr(tornado.template, name).__module__ == "tornado.template"
    assert tornado.template.filter_whitespace.__module__ == "tornado.template"


def test_import_loads_nothing_of_the_network() -> None:
    program = "import sys, tornado.template; print(*sorted(sys.modules))"
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout.split()
    assert "tornado.template" in loaded
    assert not {"asyncio", "ssl", "socket", "http", "http.client"} & set(loaded)
