import json
import math
import subprocess
import sys
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tornado.escape import configure_json, json_decode, json_encode

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)
TRICKY = st.text(alphabet=st.sampled_from('<>/!-sScCrRiIpPtT"\\ \u2028\u2029'))


@pytest.fixture
def own_json():
    """Restore the standard encoder and decoder after the test."""
    yield
    configure_json()


class Script(HTMLParser):
    """The tags that a browser finds in a page."""

    def __init__(self, page):
        super().__init__()
        self.tags = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)

    def handle_endtag(self, tag):
        self.tags.append("/" + tag)


@given(VALUES)
@settings(deadline=None)
def test_decoding_undoes_encoding(value):
    assert json_decode(json_encode(value)) == value
    assert json_decode(json_encode(value).encode()) == value


@given(VALUES | TRICKY)
def test_what_is_encoded_is_safe_inside_a_script_element(value):
    text = json_encode(value)
    assert json.loads(text) == value
    lowered = text.lower()
    assert not any(mark in lowered for mark in ("</", "<!--", "<script", "\u2028", "\u2029"))
    assert Script(f"<script>{text}</script><p>").tags == ["script", "/script", "p"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("</script>", r'"<\/script>"'),
        ("<!-- <SCRIPT", r'"\u003c!-- \u003cSCRIPT"'),
        ("<strong> < b", '"<strong> < b"'),
        ({"a": [1, None, True]}, '{"a": [1, null, true]}'),
        ({1: 2}, '{"1": 2}'),
        ("caf\u00e9\u2028", r'"caf\u00e9\u2028"'),
        (math.nan, "NaN"),
    ],
)
def test_values_are_written_as_the_standard_library_does_but_for_markup(value, text):
    assert json_encode(value) == text


@given(VALUES)
def test_encoding_agrees_with_the_standard_library_but_for_markup(value):
    def without_care(text):
        return text.replace("<\\/", "</").replace("\\u003c", "<")

    assert without_care(json_encode(value)) == without_care(json.dumps(value))


def test_a_default_that_the_program_puts_into_the_standard_encoder_is_used(monkeypatch):
    monkeypatch.setattr(json.JSONEncoder, "default", lambda self, value: f"<{value}>")
    assert json_encode([3 + 1j]) == '["<(3+1j)>"]'


@pytest.mark.parametrize("encoder", ["None", "lambda one, two: None"])
def test_a_python_with_another_encoder_writes_the_same(encoder):
    program = (
        f"import json.encoder; json.encoder.c_make_encoder = {encoder}\n"
        "from tornado.escape import json_encode\n"
        "json.encoder.c_make_encoder = None\n"
        "print(json_encode({'a': ['</', 1, None]}))"
    )
    output = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True).stdout
    assert output.strip() == rb'{"a": ["<\/", 1, null]}'


def test_a_value_that_json_does_not_have_is_a_type_error():
    with pytest.raises(TypeError, match="bytes"):
        json_encode({"a": b"x"})


def test_a_value_that_contains_itself_is_a_value_error():
    loop = []
    loop.append(loop)
    with pytest.raises(ValueError, match="Circular"):
        json_encode(loop)


def test_a_value_that_is_nested_too_deeply_is_a_value_error():
    deep = []
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(ValueError, match="list is nested too deeply for JSON"):
        json_encode(deep)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1),
        (" \n[1] \t", [1]),
        (b'{"a": "caf\xc3\xa9"}', {"a": "caf\u00e9"}),
        (b"\xef\xbb\xbf1", 1),
        (b' "x" ', "x"),
        ('"x"'.encode("utf-16"), "x"),
        ('"x"'.encode("utf-16-be"), "x"),
        ('"x"'.encode("utf-32-le"), "x"),
        (bytearray(b"[2]"), [2]),
    ],
)
def test_text_and_bytes_are_read(text, value):
    assert json_decode(text) == value


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Expecting value: line 1 column 1"),
        ("[1,\n x]", "Expecting value: line 2 column 2"),
        ("1 2", "Extra data: line 1 column 3"),
        ("{'a': 1}", "Expecting property name"),
        (b"[", "Expecting value"),
        (b"\xff", "can't decode byte 0xff"),
        (b'"\xed\xa0\x80"', "can't decode byte 0xed"),
        ("[" * 100_000, "nested too deeply"),
        ('{"a":' * 100_000, "nested too deeply"),
        ("1" * 5000, "4300 digits"),
    ],
)
def test_a_text_that_is_not_json_is_a_value_error_that_says_where(text, message):
    with pytest.raises(ValueError, match=message):
        json_decode(text)


@pytest.mark.parametrize("value", [None, 3, ["1"]])
def test_other_values_are_refused_by_name(value):
    with pytest.raises(TypeError, match=f"expected str or bytes, not {type(value).__name__}"):
        json_decode(value)


@pytest.mark.usefixtures("own_json")
def test_another_encoder_may_return_bytes_and_is_made_safe():
    configure_json(dumps=lambda value: json.dumps(value, ensure_ascii=False).encode())
    assert json_encode("\u00e9\u2028\u2029</script><!--") == (
        '"\u00e9\\u2028\\u2029<\\/script>\\u003c!--"'
    )
    assert json_decode("[1]") == [1]


@pytest.mark.usefixtures("own_json")
def test_another_decoder_gets_text():
    configure_json(loads=lambda text: ("mine", text))
    assert json_decode(b'"caf\xc3\xa9"') == ("mine", '"caf\u00e9"')
    assert json_encode([1]) == "[1]"


@pytest.mark.usefixtures("own_json")
def test_the_standard_encoder_and_decoder_can_be_restored():
    configure_json(dumps=lambda value: "mine", loads=lambda text: "mine")
    configure_json()
    assert json_encode([1]) == "[1]"
    assert json_decode("[1]") == [1]
