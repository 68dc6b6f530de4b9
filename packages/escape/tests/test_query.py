import urllib.parse

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tornado.escape import parse_qs_bytes

QUERIES = st.text(alphabet=st.sampled_from("ab=&=&%+;%412cC3 \u00e9\\"))


@pytest.mark.parametrize(
    ("qs", "fields"),
    [
        ("a=1&a=2&b=&c", {"a": [b"1", b"2"]}),
        (b"a=%ff&b=\xe9+", {"a": [b"\xff"], "b": [b"\xe9 "]}),
        (bytearray(b"a=%ff&b=\xe9+"), {"a": [b"\xff"], "b": [b"\xe9 "]}),
        ("a=1;b=2", {"a": [b"1;b=2"]}),
        ("a=\u00e9", {"a": [b"\xe9"]}),
        ("=1&&a==b", {"": [b"1"], "a": [b"=b"]}),
        ("a%20b=c+d&%C3%A9=1", {"a b": [b"c d"], "\u00c3\u00a9": [b"1"]}),
        ("a=%zz%4", {"a": [b"%zz%4"]}),
        ("", {}),
        (b"", {}),
        (None, {}),
        ("&&&", {}),
    ],
)
def test_fields_are_parsed_into_lists_of_bytes(qs, fields):
    assert parse_qs_bytes(qs) == fields


def test_fields_without_a_value_are_kept_if_keep_blank_values_is_true():
    assert parse_qs_bytes("a=&b&&c=1", keep_blank_values=True) == {
        "a": [b""],
        "b": [b""],
        "c": [b"1"],
    }


@pytest.mark.parametrize("qs", ["a=1&b", "a=1&", "&", "x"])
def test_a_field_without_an_equals_sign_is_an_error_in_strict_parsing(qs):
    with pytest.raises(ValueError, match=r"bad query field '.?': it has no '='"):
        parse_qs_bytes(qs, strict_parsing=True)
    with pytest.raises(ValueError, match="bad query field"):
        parse_qs_bytes(qs, keep_blank_values=True, strict_parsing=True)


@pytest.mark.parametrize("qs", ["a=1&b=2&c=3", b"&&", "a&b&c"])
def test_too_many_fields_are_an_error_before_any_is_parsed(qs):
    assert len(parse_qs_bytes(qs, max_num_fields=3)) <= 3
    with pytest.raises(ValueError, match="Max number of fields exceeded: 3, at most 2"):
        parse_qs_bytes(qs, max_num_fields=2)


def test_characters_above_latin_1_are_an_error():
    for qs in ("a=\u4e2d", "\u4e2d=a"):
        with pytest.raises(UnicodeEncodeError):
            parse_qs_bytes(qs)


def test_other_values_are_refused_by_name():
    with pytest.raises(TypeError, match="expected str or bytes, not int: 3"):
        parse_qs_bytes(3)


@given(QUERIES, st.booleans())
def test_it_agrees_with_the_standard_library(qs, keep):
    expected = urllib.parse.parse_qs(qs, keep_blank_values=keep, encoding="latin-1")
    parsed = parse_qs_bytes(qs, keep_blank_values=keep)
    assert {k: [v.decode("latin-1") for v in values] for k, values in parsed.items()} == expected
    assert parse_qs_bytes(qs.encode("latin-1"), keep_blank_values=keep) == parsed


@given(st.lists(st.tuples(st.text(st.characters(max_codepoint=255)), st.binary()), min_size=1))
def test_parsing_undoes_urlencoding(fields):
    encoded = urllib.parse.urlencode([(name.encode("latin-1"), value) for name, value in fields])
    expected = {}
    for name, value in fields:
        expected.setdefault(name, []).append(value)
    assert parse_qs_bytes(encoded, keep_blank_values=True) == expected
