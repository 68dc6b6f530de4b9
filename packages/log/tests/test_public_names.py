import ast
import inspect
import json
import logging
import subprocess
import sys
from pathlib import Path

import pytest

import tornado.log


def modules_after(program):
    """Return the modules that a fresh interpreter has loaded after a program."""
    code = f"{program}\nimport sys, json; print(json.dumps(sorted(sys.modules)))"
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout
    return set(json.loads(output))


def test_all_is_sorted_and_names_exactly_what_is_public():
    names = tornado.log.__all__
    assert names == sorted(names)
    public = {name for name in dir(tornado.log) if not name.startswith("_")}
    assert public - {"annotations", "publish", "TYPE_CHECKING"} == set(names)


def test_type_checkers_see_the_names_that_are_imported_on_demand():
    tree = ast.parse(Path(tornado.log.__file__).read_text(encoding="utf-8"))
    seen = {
        alias.name: node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.level == 1
        for alias in node.names
    }
    assert sorted(seen) == tornado.log.__all__
    for name, private in seen.items():
        module = __import__(f"tornado.log.{private}", fromlist=[name])
        assert getattr(module, name) is getattr(tornado.log, name)


@pytest.mark.parametrize(
    "name",
    ["JSONLogFormatter", "LogFormatter", "define_logging_options", "enable_pretty_logging"],
)
def test_public_objects_say_the_public_module(name):
    assert getattr(tornado.log, name).__module__ == "tornado.log"


def test_signatures_are_the_documented_ones():
    formatter = inspect.signature(tornado.log.LogFormatter)
    assert {name: p.default for name, p in formatter.parameters.items()} == {
        "fmt": (
            "%(color)s[%(levelname)1.1s %(asctime)s %(module)s:%(lineno)d]%(end_color)s %(message)s"
        ),
        "datefmt": "%y%m%d %H:%M:%S",
        "style": "%",
        "color": True,
        "colors": {10: 4, 20: 2, 30: 3, 40: 1, 50: 5},
    }
    define = inspect.signature(tornado.log.define_logging_options)
    assert {name: p.default for name, p in define.parameters.items()} == {"options": None}
    enable = inspect.signature(tornado.log.enable_pretty_logging)
    assert {name: p.default for name, p in enable.parameters.items()} == {
        "options": None,
        "logger": None,
    }


def test_the_three_loggers_have_their_documented_names():
    assert tornado.log.access_log is logging.getLogger("tornado.access")
    assert tornado.log.app_log is logging.getLogger("tornado.application")
    assert tornado.log.gen_log is logging.getLogger("tornado.general")


def test_importing_loads_nothing_but_the_public_modules():
    loaded = modules_after("import tornado.log") - modules_after("")
    assert {name for name in loaded if not name.startswith("tornado")} <= {"__future__"}


def test_all_names_together_load_little_more_than_logging_and_json():
    loaded = modules_after("from tornado.log import *") - modules_after("import logging, json")
    outside = {name for name in loaded if not name.startswith("tornado")}
    assert outside <= {"__future__", "math"}
    assert "asyncio" not in loaded
    assert "tornado.options" not in loaded


def test_defining_the_options_does_not_load_logging():
    loaded = modules_after("from tornado.log import define_logging_options")
    assert "logging" not in loaded - modules_after("")
