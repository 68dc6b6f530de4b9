"""The documented names and signatures."""

from __future__ import annotations

import inspect

import pytest

import tornado.template as face
import tornado.util

SIGNATURES = {
    "BaseLoader.__init__": ["self", "autoescape='xhtml_escape'", "namespace=None", "whitespace=None"],
    "BaseLoader.load": ["self", "name", "parent_path=None"],
    "BaseLoader.reset": ["self"],
    "BaseLoader.resolve_path": ["self", "name", "parent_path=None"],
    "DictLoader.__init__": ["self", "dict", "**kwargs"],
    "DictLoader.resolve_path": ["self", "name", "parent_path=None"],
    "Loader.__init__": ["self", "root_directory", "**kwargs"],
    "Loader.resolve_path": ["self", "name", "parent_path=None"],
    "ParseError.__init__": ["self", "message", "filename=None", "lineno=0"],
    "Template.__init__": [
        "self", "template_string", "name='<string>'", "loader=None", "compress_whitespace=<unset>",
        "autoescape=<unset>", "whitespace=None",
    ],
    "Template.generate": ["self", "**kwargs"],
    "filter_whitespace": ["mode", "text"],
}  # fmt: skip


@pytest.mark.parametrize("name", SIGNATURES)
def test_a_documented_name_has_its_documented_signature(name: str) -> None:
    thing = face
    for part in name.split("."):
        thing = getattr(thing, part)
    parameters = inspect.signature(thing).parameters.values()
    bare = [str(parameter.replace(annotation=inspect.Parameter.empty)) for parameter in parameters]
    assert bare == SIGNATURES[name]


def test_the_documented_bases() -> None:
    assert face.Loader.__bases__ == face.DictLoader.__bases__ == (face.BaseLoader,)
    assert face.ParseError.__bases__ == (Exception,)
    assert face.ObjectDict is tornado.util.ObjectDict
    assert face.exec_in is tornado.util.exec_in


def test_documented_attributes() -> None:
    loader = face.DictLoader({"a": "x"}, namespace={"b": 1})
    template = loader.load("a")
    assert (loader.autoescape, loader.namespace, loader.whitespace) == (
        "xhtml_escape",
        {"b": 1},
        None,
    )
    assert loader.templates == {"a": template}
    with loader.lock:
        assert loader.dict == {"a": "x"}
    assert template.code.startswith("def _tt_execute(")
    assert template.namespace is loader.namespace
    assert face.Template("x").namespace == {}
    assert face.Template("x").loader is None
