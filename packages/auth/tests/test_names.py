"""The public names of the module."""

from __future__ import annotations

import subprocess
import sys

import tornado.auth


def test_all_is_sorted_and_its_objects_say_the_public_module():
    assert tornado.auth.__all__ == sorted(tornado.auth.__all__)
    for name in tornado.auth.__all__:
        assert getattr(tornado.auth, name).__module__ == "tornado.auth"


def test_every_public_class_and_function_is_in_all():
    public = {
        name
        for name, value in vars(tornado.auth).items()
        if callable(value) and not name.startswith("_") and name != "publish"
    }
    assert public == set(tornado.auth.__all__)


def test_names_that_programs_took_from_the_module_are_still_there():
    import tornado.httputil
    import tornado.web

    assert tornado.auth.RequestHandler is tornado.web.RequestHandler
    assert tornado.auth.url_concat is tornado.httputil.url_concat


def test_importing_the_module_loads_neither_the_framework_nor_what_checks_tokens():
    program = (
        "import sys, tornado.auth;"
        "print([m for m in ('tornado.web', 'joserfc', 'cryptography') if m in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "[]"
