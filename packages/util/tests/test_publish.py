import pytest

import tornado.util
from tornado.util import publish


def test_objects_of_private_modules_show_the_public_one_and_others_keep_their_module():
    class Own: ...

    class Foreign: ...

    Own.__module__ = "pkg.public._private"
    Foreign.__module__ = "pkg.other._private"
    namespace = {"__name__": "pkg.public", "__all__": ["Foreign", "Own", "VALUE"], "VALUE": 3}
    publish(namespace | {"Own": Own, "Foreign": Foreign})
    assert Own.__module__ == "pkg.public"
    assert Foreign.__module__ == "pkg.other._private"


def test_a_private_module_is_imported_when_one_of_its_names_is_first_used(tmp_path, monkeypatch):
    package = tmp_path / "package_of_the_test"
    package.mkdir()
    (package / "__init__.py").write_text(
        "from tornado.util import publish\n"
        "__all__ = ['Other', 'Thing']\n"
        "publish(globals(), {'Other': '_private', 'Thing': '_private'})\n"
    )
    (package / "_private.py").write_text("class Thing: ...\nclass Other(Thing): ...\n")
    monkeypatch.syspath_prepend(tmp_path)
    import package_of_the_test as public

    assert "Thing" in dir(public)
    assert "Thing" not in vars(public)
    thing = public.Thing
    assert thing.__module__ == "package_of_the_test"
    assert vars(public)["Thing"] is thing
    # The other name was not used yet, but a traceback may show it.
    assert [sub.__module__ for sub in thing.__subclasses__()] == ["package_of_the_test"]


def test_an_alias_is_imported_from_its_own_module_when_it_is_used():
    namespace = {"__name__": "pkg.public", "__all__": []}
    publish(namespace, aliases={"ObjectDict": "tornado.util"})
    assert "ObjectDict" not in namespace

    thing = namespace["__getattr__"]("ObjectDict")

    assert thing is tornado.util.ObjectDict
    assert "ObjectDict" not in namespace
    assert thing.__module__ == "tornado.util"
    with pytest.raises(AttributeError, match=r"module 'pkg\.public' has no attribute 'Other'"):
        namespace["__getattr__"]("Other")


def test_an_alias_that_is_exported_is_listed_with_the_other_names():
    namespace = {"__name__": "pkg.public", "__all__": ["ObjectDict", "b"]}
    publish(
        namespace,
        {"b": "_private"},
        aliases={"ObjectDict": "tornado.util", "exec_in": "tornado.util"},
    )
    listed = namespace["__dir__"]()
    assert "ObjectDict" in listed
    assert "b" in listed
    assert "exec_in" not in listed


def test_without_modules_and_aliases_a_public_module_gets_no_getattr():
    namespace = {"__name__": "pkg.public", "__all__": []}
    publish(namespace)
    assert "__getattr__" not in namespace
