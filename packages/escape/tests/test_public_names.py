import ast
import inspect
import json
import subprocess
import sys
from pathlib import Path

import pytest

import tornado.escape

DOCUMENTED = {
    "json_decode": "(value)",
    "json_encode": "(value)",
    "linkify": (
        "(text, shorten=False, extra_params='', require_protocol=False, "
        "permitted_protocols=('http', 'https'))"
    ),
    "native_str": "(value)",
    "parse_qs_bytes": (
        "(qs, keep_blank_values=False, strict_parsing=False, *, max_num_fields=None)"
    ),
    "recursive_unicode": "(obj)",
    "squeeze": "(value)",
    "to_basestring": "(value)",
    "to_unicode": "(value)",
    "url_escape": "(value, plus=True)",
    "url_unescape": "(value, encoding='utf-8', plus=True)",
    "utf8": "(value)",
    "xhtml_escape": "(value)",
    "xhtml_unescape": "(value)",
}
HEAVY = {"asyncio", "ssl", "_ssl", "socket", "_socket", "http", "email", "urllib", "selectors"}


def modules_after(program):
    """Return the modules that a fresh interpreter has loaded after a program."""
    code = f"{program}\nimport sys, json; print(json.dumps(sorted(sys.modules)))"
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout
    return set(json.loads(output))


@pytest.mark.parametrize(("name", "expected"), DOCUMENTED.items())
def test_documented_functions_have_their_documented_signature(name, expected):
    signature = inspect.signature(getattr(tornado.escape, name))
    parameters = [p.replace(annotation=p.empty) for p in signature.parameters.values()]
    bare = signature.replace(parameters=parameters, return_annotation=signature.empty)
    assert str(bare) == expected


def test_all_is_sorted_and_names_exactly_what_is_public():
    names = tornado.escape.__all__
    assert names == sorted(names)
    public = {name for name in dir(tornado.escape) if not name.startswith("_")}
    assert public - {"annotations", "publish", "TYPE_CHECKING"} == set(names)
    assert set(names) == {*DOCUMENTED, "configure_json"}


def test_type_checkers_see_the_names_that_are_imported_on_demand():
    tree = ast.parse(Path(tornado.escape.__file__).read_text(encoding="utf-8"))
    seen = {
        alias.name: node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.level == 1
        for alias in node.names
    }
    assert sorted(seen) == tornado.escape.__all__
    for name, private in seen.items():
        module = __import__(f"tornado.escape.{private}", fromlist=[name])
        assert getattr(module, name) is getattr(tornado.escape, name)


@pytest.mark.parametrize("name", tornado.escape.__all__)
def test_public_objects_show_the_public_module(name):
    assert getattr(tornado.escape, name).__module__ == "tornado.escape"


def test_importing_loads_nothing_but_the_public_modules():
    loaded = modules_after("import tornado.escape") - modules_after("")
    assert {name for name in loaded if not name.startswith("tornado")} <= {"__future__"}


def test_all_names_together_load_little_more_than_re_and_json():
    loaded = modules_after("from tornado.escape import *") - modules_after("import re, json")
    outside = {name.partition(".")[0] for name in loaded} - {"tornado"}
    assert outside <= {"__future__", "html", "encodings"}


def test_json_is_loaded_by_the_first_value_and_not_by_a_name():
    program = "from tornado.escape import json_decode, json_encode"
    # modules_after() itself needs json, but not before it has looked.
    looked = f"{program}\nimport sys; assert 'json' not in sys.modules"
    assert "json" in modules_after(f"{looked}\njson_encode(json_decode('[1]'))")


def test_no_function_loads_the_network():
    program = (
        "from tornado.escape import *\n"
        "linkify('http://a.b/'), xhtml_unescape('&amp;'), url_unescape('%41'), json_encode('<')\n"
    )
    assert not HEAVY & modules_after(program)
