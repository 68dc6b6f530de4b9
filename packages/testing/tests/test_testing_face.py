import importlib
import subprocess
import sys

import pytest

import tornado.testing


def test_all_is_sorted_and_names_exactly_what_is_public():
    names = tornado.testing.__all__
    assert names == sorted(names)
    public = {name for name in dir(tornado.testing) if not name.startswith("_")}
    assert public - {"TYPE_CHECKING", "annotations", "publish"} == set(names)


@pytest.mark.parametrize("name", tornado.testing.__all__)
def test_public_objects_say_the_public_module(name):
    assert getattr(tornado.testing, name).__module__ == "tornado.testing"


@pytest.mark.parametrize(
    "name",
    [
        "Application",
        "AsyncHTTPClient",
        "AsyncIOMainLoop",
        "HTTPResponse",
        "HTTPServer",
        "IOLoop",
        "Subprocess",
        "raise_exc_info",
    ],
)
def test_names_that_programs_take_from_here_can_be_had(name):
    assert getattr(tornado.testing, name).__name__ == name


@pytest.mark.parametrize(
    ("name", "module", "original"),
    [
        ("gen", "tornado.gen", None),
        ("netutil", "tornado.netutil", None),
        ("TimeoutError", "tornado.ioloop", "TimeoutError"),
        ("app_log", "tornado.log", "app_log"),
        ("basestring_type", "tornado.util", "basestring_type"),
    ],
)
def test_what_upstreams_module_imports_can_be_imported_from_here(name, module, original):
    there = importlib.import_module(module)
    program = {}
    exec(f"from tornado.testing import {name} as it", program)
    assert program["it"] is (there if original is None else getattr(there, original))


def test_importing_does_not_load_options_or_uvloop():
    code = "import sys, tornado.testing; print('tornado.options' in sys.modules, 'uvloop' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False False\n"
