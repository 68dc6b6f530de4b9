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
        "__all__ = ['Thing']\n"
        "publish(globals(), {'Thing': '_room'})\n"
    )
    (package / "_room.py").write_text("class Thing: ...\n")
    monkeypatch.syspath_prepend(tmp_path)
    import package_of_the_test as face

    assert "Thing" in dir(face)
    assert "Thing" not in vars(face)
    thing = face.Thing
    assert thing.__module__ == "package_of_the_test"
    assert vars(face)["Thing"] is thing
