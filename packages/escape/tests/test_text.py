import enum

import pytest

from tornado.escape import (
    linkify,
    native_str,
    recursive_unicode,
    squeeze,
    to_basestring,
    to_unicode,
    url_escape,
    url_unescape,
    utf8,
    xhtml_escape,
    xhtml_unescape,
)


class Name(str):
    __slots__ = ()


class Octets(bytes):
    __slots__ = ()


@pytest.mark.parametrize(
    ("value", "octets"),
    [
        ("caf\u00e9", b"caf\xc3\xa9"),
        (b"\xff", b"\xff"),
        ("", b""),
        (None, None),
        (Name("x"), b"x"),
        (Octets(b"x"), b"x"),
    ],
)
def test_text_becomes_utf8_and_bytes_and_none_are_not_changed(value, octets):
    assert utf8(value) == octets


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (b"caf\xc3\xa9", "caf\u00e9"),
        ("caf\u00e9", "caf\u00e9"),
        (b"", ""),
        (None, None),
        (Name("x"), "x"),
        (Octets(b"x"), "x"),
    ],
)
def test_utf8_becomes_text_and_text_and_none_are_not_changed(value, text):
    assert to_unicode(value) == text


@pytest.mark.parametrize("function", [utf8, to_unicode])
@pytest.mark.parametrize("value", [3, 1.5, ["x"], bytearray(b"x"), object])
def test_other_values_are_refused_by_name(function, value):
    with pytest.raises(TypeError, match=f"expected str or bytes, not {type(value).__name__}: "):
        function(value)


def test_bytes_that_are_not_utf8_are_an_error():
    with pytest.raises(UnicodeDecodeError):
        to_unicode(b"\xff")


@pytest.mark.parametrize(
    "function",
    [linkify, squeeze, url_escape, url_unescape, utf8, xhtml_escape, xhtml_unescape],
)
def test_text_of_a_subclass_is_its_content_and_not_its_str(function):
    class Size(str, enum.Enum):  # noqa: UP042 - programs have these, and they print their name
        SMALL = "s  <%26amp;"

    assert str(Size.SMALL) == "Size.SMALL"
    result = function(Size.SMALL)
    assert result == function(Size.SMALL.value)
    assert not isinstance(result, Size)


def test_older_names_are_the_same_function():
    assert native_str is to_unicode
    assert to_basestring is to_unicode


def test_every_bytes_object_in_a_structure_becomes_text():
    structure = {b"a": [b"b", (b"c", 1)], 2: {"d": b"e"}, "f": {b"g"}}
    assert recursive_unicode(structure) == {"a": ["b", ("c", 1)], 2: {"d": "e"}, "f": {b"g"}}
    assert structure[b"a"] == [b"b", (b"c", 1)]
