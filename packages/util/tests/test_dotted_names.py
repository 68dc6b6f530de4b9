import os

import pytest

from tornado.util import import_object


@pytest.mark.parametrize(
    ("name", "thing"),
    [("os", os), ("os.path", os.path), ("os.path.join", os.path.join), ("os.getcwd", os.getcwd)],
)
def test_modules_and_what_they_hold_are_found_by_name(name, thing):
    assert import_object(name) is thing


def test_a_submodule_is_imported_when_it_is_not_yet():
    assert import_object("xml.dom.minidom").__name__ == "xml.dom.minidom"


@pytest.mark.parametrize(
    ("name", "error", "message"),
    [
        ("os.nothing", ImportError, "cannot import 'os.nothing': module 'os' has no attribute"),
        ("no_such_package", ImportError, "no_such_package"),
        ("no_such_package.x", ImportError, "no_such_package"),
        ("", ValueError, "Empty module name"),
        (".os", ValueError, "Empty module name"),
        (b"os", TypeError, "a dotted name is a str, not bytes: b'os'"),
        (None, TypeError, "a dotted name is a str, not NoneType"),
    ],
)
def test_a_wrong_name_is_a_clear_error(name, error, message):
    with pytest.raises(error, match=message):
        import_object(name)


def test_an_error_inside_the_module_comes_through(tmp_path, monkeypatch):
    (tmp_path / "broken_module_of_the_test.py").write_text("1 / 0")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ZeroDivisionError):
        import_object("broken_module_of_the_test.thing")
