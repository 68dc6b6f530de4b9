from datetime import timedelta

import pytest

from tornado.util import b, basestring_type, bytes_type, exec_in, timedelta_to_seconds, unicode_type


def test_code_sees_and_changes_the_given_namespaces():
    names, local_names = {"x": 1}, {}
    exec_in("y = x + 1", names)
    assert names["y"] == 2
    exec_in("z = x + y", names, local_names)
    assert local_names == {"z": 3}
    exec_in(compile("w = 4", "<test>", "exec"), names)
    assert names["w"] == 4


def test_code_does_not_inherit_future_imports():
    names = {}
    exec_in("def f(x: 1 + 1): pass", names)
    assert names["f"].__annotations__ == {"x": 2}


def test_a_timedelta_in_seconds_keeps_its_fraction():
    assert timedelta_to_seconds(timedelta(days=1, milliseconds=5)) == 86400.005


def test_literals_of_python_2_give_bytes():
    assert b("\x00abc\xff") == b"\x00abc\xff"
    with pytest.raises(UnicodeEncodeError):
        b("\u20ac")


def test_the_types_of_python_2_have_their_modern_meaning():
    assert (bytes_type, unicode_type, basestring_type) == (bytes, str, str)
