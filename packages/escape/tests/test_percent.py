import urllib.parse

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tornado.escape import url_escape, url_unescape

#: Text with many percent signs, hexadecimal digits, and things that other escapes are made of.
ESCAPED = st.text(alphabet=st.sampled_from("%%%0123456789abcdefABCDEFg+ \\xn'\"/&=\u00e9\u4e2d\n"))


@pytest.mark.parametrize(
    ("value", "in_query", "in_path"),
    [
        ("plain-._~09", "plain-._~09", "plain-._~09"),
        ("a b/c?d&e=f+g*", "a+b%2Fc%3Fd%26e%3Df%2Bg%2A", "a%20b/c%3Fd%26e%3Df%2Bg%2A"),
        ("100%25", "100%2525", "100%2525"),
        ("caf\u00e9 \u4e2d", "caf%C3%A9+%E4%B8%AD", "caf%C3%A9%20%E4%B8%AD"),
        (b"\xff \x00", "%FF+%00", "%FF%20%00"),
        (bytearray(b"\xff &"), "%FF+%26", "%FF%20%26"),
        (bytearray(b"a/"), "a%2F", "a/"),
        ("", "", ""),
        (b"", "", ""),
    ],
)
def test_reserved_characters_become_escapes(value, in_query, in_path):
    assert url_escape(value) == in_query
    assert url_escape(value, plus=False) == in_path


@given(st.text(st.characters(exclude_categories=["Cs"])) | st.binary())
def test_escaping_agrees_with_the_standard_library(value):
    assert url_escape(value) == urllib.parse.quote_plus(value)
    assert url_escape(value, plus=False) == urllib.parse.quote(value)


@given(st.text(st.characters(exclude_categories=["Cs"])), st.booleans())
def test_unescaping_undoes_escaping_text(text, plus):
    assert url_unescape(url_escape(text, plus), plus=plus) == text


@given(st.binary(), st.booleans())
def test_unescaping_undoes_escaping_bytes(data, plus):
    escaped = url_escape(data, plus)
    assert url_unescape(escaped, encoding=None, plus=plus) == data
    assert url_unescape(escaped.encode(), encoding=None, plus=plus) == data


@given(ESCAPED)
def test_unescaping_agrees_with_the_standard_library(text):
    assert url_unescape(text) == urllib.parse.unquote_plus(text)
    assert url_unescape(text, plus=False) == urllib.parse.unquote(text)
    assert url_unescape(text, "latin-1") == urllib.parse.unquote_plus(text, "latin-1")
    octets = urllib.parse.unquote_to_bytes(text)
    assert url_unescape(text, encoding=None, plus=False) == octets


@pytest.mark.parametrize(
    ("value", "encoding", "plus", "result"),
    [
        ("a+b%20c%C3%A9%zz%", "utf-8", True, "a b c\u00e9%zz%"),
        ("a+b%20c", "utf-8", False, "a+b c"),
        ("%ff", "utf-8", True, "\ufffd"),
        ("%E9", "latin-1", True, "\u00e9"),
        ("%82%a0", "shift_jis", True, "\u3042"),
        ("\u00e9%82a%41", "shift_jis", True, "\u00e9\uff22A"),
        (b"a+b%c3%a9", "utf-8", True, "a b\u00e9"),
        (b"\xe9+%41", None, True, b"\xe9 A"),
        ("\u00e9+", None, True, b"\xc3\xa9 "),
        ("%5Cx41\\x41\\n", "utf-8", True, "\\x41\\x41\\n"),
        ("%2541", "utf-8", True, "%41"),
    ],
)
def test_escapes_become_what_they_stand_for(value, encoding, plus, result):
    assert url_unescape(value, encoding, plus) == result


def test_bytes_that_are_not_utf8_are_an_error_if_there_is_an_encoding():
    with pytest.raises(UnicodeDecodeError):
        url_unescape(b"\xff")


@pytest.mark.parametrize("value", [None, 3, ["x"]])
@pytest.mark.parametrize(
    "function", [url_escape, url_unescape, lambda value: url_unescape(value, encoding=None)]
)
def test_other_values_are_refused_by_name(function, value):
    with pytest.raises(TypeError, match=f"expected str or bytes, not {type(value).__name__}"):
        function(value)


@given(st.integers(8100, 8200), ESCAPED, ESCAPED)
def test_long_input_is_decoded_like_short_input(length, before, after):
    """It is decoded in pieces, and no escape is cut."""
    text = "%" + "a" * (length - len(before)) + before + after
    plain = text.replace("+", " ").encode()
    assert url_unescape(text, encoding=None) == urllib.parse.unquote_to_bytes(plain)


@given(ESCAPED)
def test_many_percent_signs_are_decoded_like_few(unit):
    text = "%" + unit * 1000
    plain = text.replace("+", " ").encode()
    assert url_unescape(text, encoding=None) == urllib.parse.unquote_to_bytes(plain)
