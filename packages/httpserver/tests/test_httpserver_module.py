"""The public module: what it exports, and what it costs."""

from __future__ import annotations

import subprocess
import sys
import types

import tornado.httpserver as module


def test_all_is_exactly_the_public_names_in_order() -> None:
    public = {
        name
        for name in dir(module)
        if not name.startswith("_") and not isinstance(getattr(module, name), types.ModuleType)
    }
    assert module.__all__ == sorted(module.__all__)
    assert set(module.__all__) == public - {"TYPE_CHECKING", "annotations", "publish"}


def test_public_objects_say_the_public_module() -> None:
    assert module.HTTPServer.__module__ == "tornado.httpserver"


def test_a_server_does_not_load_the_web_framework() -> None:
    code = "import sys, tornado.httpserver; print('tornado.web' in sys.modules)"
    output = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert output.stdout.strip() == "False"
