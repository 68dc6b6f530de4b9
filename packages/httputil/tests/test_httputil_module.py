from __future__ import annotations

import subprocess
import sys
import types
import unittest

from tornado import httputil


def test_all_is_exactly_the_public_names_in_order():
    public = {
        name
        for name in dir(httputil)
        if not name.startswith("_") and not isinstance(getattr(httputil, name), types.ModuleType)
    }
    assert httputil.__all__ == sorted(httputil.__all__)
    assert set(httputil.__all__) == public - {"TYPE_CHECKING", "annotations", "publish"}


def test_public_objects_say_the_public_module():
    assert httputil.HTTPHeaders.__module__ == "tornado.httputil"
    assert httputil.url_concat.__module__ == "tornado.httputil"
    assert httputil.MultipartReader.__module__ == "tornado.httputil"


def test_the_examples_in_the_docstrings_hold():
    suite = httputil.doctests()
    result = unittest.TestResult()
    suite.run(result)
    assert result.testsRun > 8
    assert [text for _, text in result.failures + result.errors] == []


def test_importing_does_not_load_what_only_some_requests_need():
    slow = [
        "http.client",
        "http.cookies",
        "email",
        "ssl",
        "tempfile",
        "asyncio",
        "calendar",
        "datetime",
    ]
    script = f"import sys, tornado.httputil; print([m for m in {slow} if m in sys.modules])"
    out = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert out.stdout.strip() == "[]"
