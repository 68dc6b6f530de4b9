import pytest

import tornado.util
from tornado.util import publish


def test_objects_of_the_rooms_say_the_face_and_others_keep_their_module():
    class Own: ...

    class Foreign: ...

    Own.__module__ = "pkg.face._room"
    Foreign.__module__ = "pkg.other._room"
    face = {"__name__": "pkg.face", "__all__": ["Foreign", "Own", "VALUE"], "VALUE": 3}
    publish(face | {"Own": Own, "Foreign": Foreign})
    assert Own.__module__ == "pkg.face"
    assert Foreign.__module__ == "pkg.other._room"


def test_a_room_is_imported_when_one_of_its_names_is_first_asked_for(tmp_path, monkeypatch):
    package = tmp_path / "package_of_the_test"
    package.mkdir()
    (package / "__init__.py").write_text(
        "from tornado.util import publish\n"
        "__all__ = ['Other', 'Thing']\n"
        "publish(globals(), {'Other': '_room', 'Thing': '_room'})\n"
    )
    (package / "_room.py").write_text("class Thing: ...\nclass Other(Thing): ...\n")
    monkeypatch.syspath_prepend(tmp_path)
    import package_of_the_test as face

    assert "Thing" in dir(face)
    assert "Thing" not in vars(face)
    thing = face.Thing
    assert thing.__module__ == "package_of_the_test"
    assert vars(face)["Thing"] is thing
    # Nobody has asked for the other one, and it may show up in a traceback.
    assert [sub.__module__ for sub in thing.__subclasses__()] == ["package_of_the_test"]


def test_an_alias_is_imported_from_its_own_module_when_somebody_asks():
    face = {"__name__": "pkg.face", "__all__": []}
    publish(face, aliases={"ObjectDict": "tornado.util"})
    assert "ObjectDict" not in face

    thing = face["__getattr__"]("ObjectDict")

    assert thing is tornado.util.ObjectDict
    assert "ObjectDict" not in face
    assert thing.__module__ == "tornado.util"
    with pytest.raises(AttributeError, match=r"module 'pkg\.face' has no attribute 'Other'"):
        face["__getattr__"]("Other")


def test_an_alias_that_is_exported_is_listed_with_the_other_names():
    face = {"__name__": "pkg.face", "__all__": ["ObjectDict", "b"]}
    publish(face, {"b": "_room"}, aliases={"ObjectDict": "tornado.util", "exec_in": "tornado.util"})
    listed = face["__dir__"]()
    assert "ObjectDict" in listed
    assert "b" in listed
    assert "exec_in" not in listed


def test_a_face_without_rooms_and_aliases_keeps_its_own_way_of_missing_names():
    face = {"__name__": "pkg.face", "__all__": []}
    publish(face)
    assert "__getattr__" not in face
