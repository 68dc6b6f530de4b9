import ast
import inspect
import json
import subprocess
import sys
from pathlib import Path

import pytest

import tornado.util

#: The documented names: signature of functions, or of the methods of classes.
DOCUMENTED = {
    "ArgReplacer": {
        "__init__": "(self, func, name)",
        "get_old_value": "(self, args, kwargs, default=None)",
        "replace": "(self, new_value, args, kwargs)",
    },
    "Configurable": {
        "configurable_base": "()",
        "configurable_default": "()",
        "configure": "(impl, **kwargs)",
        "configured_class": "()",
        "initialize": "(self)",
    },
    "GzipDecompressor": {
        "__init__": "(self)",
        "decompress": "(self, value, max_length=0)",
        "flush": "(self)",
    },
    "ObjectDict": {},
    "b": "(s)",
    "doctests": "()",
    "errno_from_exception": "(e)",
    "exec_in": "(code, glob, loc=None)",
    "import_object": "(name)",
    "raise_exc_info": "(exc_info)",
    "re_unescape": "(s)",
    "timedelta_to_seconds": "(td)",
}


def bare_signature(function):
    """Return the signature without its annotations, written as in the table."""
    signature = inspect.signature(function)
    parameters = [p.replace(annotation=p.empty) for p in signature.parameters.values()]
    return str(signature.replace(parameters=parameters, return_annotation=signature.empty))


@pytest.mark.parametrize("name", DOCUMENTED)
def test_documented_names_have_their_documented_signature(name):
    thing = getattr(tornado.util, name)
    expected = DOCUMENTED[name]
    if isinstance(expected, str):
        assert bare_signature(thing) == expected
    else:
        for method, signature in expected.items():
            assert bare_signature(getattr(thing, method)) == signature


def test_all_is_sorted_and_names_exactly_what_is_public():
    names = tornado.util.__all__
    assert names == sorted(names)
    public = {name for name in dir(tornado.util) if not name.startswith("_")}
    assert public - {"annotations", "TYPE_CHECKING"} == set(names)


def test_type_checkers_see_the_names_that_are_imported_on_demand():
    tree = ast.parse(Path(tornado.util.__file__).read_text(encoding="utf-8"))
    seen = {
        alias.name: node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.level == 1 and node.module
        for alias in node.names
    }
    assert set(seen) == set(tornado.util.__all__) - {"TimeoutError"}
    for name, private in seen.items():
        module = __import__(f"tornado.util.{private}", fromlist=[name])
        assert getattr(module, name) is getattr(tornado.util, name)


@pytest.mark.parametrize(
    "name", [n for n in tornado.util.__all__ if n not in ("TimeoutError", "publish")]
)
def test_public_objects_say_the_public_module(name):
    thing = getattr(tornado.util, name)
    assert thing.__module__ in ("tornado.util", "builtins")


def test_a_star_import_gives_every_name():
    namespace = {}
    exec("from tornado.util import *", namespace)
    assert set(tornado.util.__all__) <= set(namespace)


def test_a_missing_name_is_an_attribute_error_that_names_it():
    with pytest.raises(AttributeError, match=r"'tornado\.util' has no attribute 'nothing'"):
        tornado.util.nothing  # noqa: B018 - the look-up is the test


def test_importing_loads_nothing_but_the_public_module():
    program = "import sys, json; before = set(sys.modules); import tornado.util\n"
    program += "print(json.dumps(sorted(set(sys.modules) - before)))"
    output = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, text=True
    ).stdout
    assert set(json.loads(output)) <= {
        "__future__",
        "tornado",
        "tornado.util",
        "tornado.util._namespace",
        "tornado.util._publish",
    }


def test_using_every_name_but_doctests_loads_neither_asyncio_nor_re_nor_typing():
    program = "import sys; before = set(sys.modules); from tornado.util import *\n"
    program += "print(*set(sys.modules) - before)"
    output = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, text=True
    ).stdout
    assert not {"asyncio", "re", "typing", "inspect", "socket", "ssl"} & set(output.split())
