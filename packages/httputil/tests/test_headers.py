from __future__ import annotations

import copy
import pickle
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tornado.httputil import HTTPHeaders, HTTPInputError


def repeated() -> HTTPHeaders:
    headers = HTTPHeaders({"content-type": "text/html"})
    headers.add("set-cookie", "a=b")
    headers.add("SET-COOKIE", "c=d")
    return headers


def test_names_ignore_case_and_come_back_in_one_spelling():
    headers = HTTPHeaders({"content-type": "text/html"})
    assert list(headers) == ["Content-Type"]
    assert headers["CONTENT-TYPE"] == headers.get("Content-type") == "text/html"
    assert "cOnTeNt-TyPe" in headers
    assert "X" not in headers
    assert 1 not in headers


def test_a_repeated_field_is_joined_or_listed():
    headers = repeated()
    assert headers["Set-Cookie"] == headers.get("set-cookie") == "a=b,c=d"
    assert headers.get_list("set-cookie") == ["a=b", "c=d"]
    assert headers.get_list("content-type") == ["text/html"]
    assert headers.get_list("missing") == []
    assert list(headers.get_all()) == [
        ("Content-Type", "text/html"),
        ("Set-Cookie", "a=b"),
        ("Set-Cookie", "c=d"),
    ]
    assert len(headers) == 2
    assert dict(headers) == {"Content-Type": "text/html", "Set-Cookie": "a=b,c=d"}


def test_a_list_that_was_given_out_is_the_callers():
    headers = repeated()
    headers.get_list("set-cookie").append("e=f")
    assert headers.get_list("set-cookie") == ["a=b", "c=d"]


def test_assigning_replaces_every_value():
    headers = repeated()
    headers["SET-cookie"] = "x=y"
    assert headers.get_list("Set-Cookie") == ["x=y"]
    headers.update({"set-cookie": "z"}, x="1")
    assert headers.get_list("Set-Cookie") == ["z"]
    assert headers["X"] == "1"


def test_a_repeated_field_can_be_deleted():
    headers = repeated()
    del headers["set-COOKIE"]
    assert "Set-Cookie" not in headers
    assert headers.get_list("Set-Cookie") == []
    with pytest.raises(KeyError):
        del headers["Set-Cookie"]
    with pytest.raises(KeyError):
        headers["Set-Cookie"]
    assert headers.pop("content-type") == "text/html"
    assert not headers
    headers = repeated()
    headers.clear()
    assert dict(headers) == {}


def test_headers_are_made_from_what_a_mapping_is_made_from():
    expected = [("A", "1"), ("B", "2")]
    assert list(HTTPHeaders({"a": "1", "b": "2"}).get_all()) == expected
    assert list(HTTPHeaders([("a", "1"), ("b", "2")]).get_all()) == expected
    assert list(HTTPHeaders(a="1", b="2").get_all()) == expected
    assert list(HTTPHeaders({"a": "1"}, b="2").get_all()) == expected
    assert list(HTTPHeaders(repeated()).get_all()) == list(repeated().get_all())


def test_parsed_fields_are_adopted_without_a_copy():
    fields = {"Host": "a", "Set-Cookie": ["a=b", "c=d"]}
    headers = HTTPHeaders.from_parsed(fields)
    headers["Date"] = "now"
    assert fields["Date"] == "now"
    assert headers["set-cookie"] == "a=b,c=d"


COPIES = {
    "copy": HTTPHeaders.copy,
    "copy.copy": copy.copy,
    "copy.deepcopy": copy.deepcopy,
    "constructor": HTTPHeaders,
    "pickle": lambda headers: pickle.loads(pickle.dumps(headers)),
    "oldest pickle": lambda headers: pickle.loads(pickle.dumps(headers, protocol=0)),
}


@pytest.mark.parametrize("make", COPIES.values(), ids=COPIES)
def test_a_copy_is_equal_and_independent(make):
    headers = repeated()
    copied = make(headers)
    assert copied == headers
    assert list(copied.get_all()) == list(headers.get_all())
    copied.add("Set-Cookie", "e=f")
    copied["X"] = "1"
    assert headers == repeated()


@pytest.mark.parametrize("make", COPIES.values(), ids=COPIES)
def test_a_copy_of_nothing_can_be_filled(make):
    copied = make(HTTPHeaders())
    copied.add("a", "b")
    assert copied == {"A": "b"}


def test_a_subclass_copies_to_its_own_kind():
    class Mine(HTTPHeaders):
        pass

    assert type(Mine(a="b").copy()) is Mine
    assert type(Mine.parse("a: b\r\n")) is Mine


def test_headers_equal_mappings_of_joined_values():
    assert repeated() == {"Content-Type": "text/html", "Set-Cookie": "a=b,c=d"}
    assert repeated() != {"Content-Type": "text/html"}
    assert repeated() != "Content-Type: text/html"
    assert HTTPHeaders({"bar": "baz"}) == {"bar": "baz"} == HTTPHeaders({"BAR": "baz"})
    assert HTTPHeaders({"bar": "baz"}) != {"bar": "Baz"}
    assert HTTPHeaders({"bar": "baz"}) != {"b\nr": "baz"}
    assert HTTPHeaders({"bar": "1"}) != {"bar": 1}
    assert HTTPHeaders({"bar": "1"}) != {1: "1"}
    assert HTTPHeaders([("A", "1")]) == HTTPHeaders(a="1")
    assert HTTPHeaders.parse("a: 1\r\na: 2\r\n") == HTTPHeaders({"a": "1,2"})


def test_the_text_is_a_block_of_lines_and_the_repr_keeps_secrets():
    headers = repeated()
    assert str(headers) == "Content-Type: text/html\nSet-Cookie: a=b\nSet-Cookie: c=d\n"
    headers["authorization"] = "Basic Zm9v"
    assert "Zm9v" not in repr(headers)
    assert "a=b" not in repr(headers)
    assert "('Content-Type', 'text/html')" in repr(headers)


@pytest.mark.parametrize(
    ("block", "fields"),
    [
        ("", []),
        ("\r\n", []),
        ("a: b\r\nc: d\r\n", [("A", "b"), ("C", "d")]),
        ("a: b\nc: d", [("A", "b"), ("C", "d")]),
        ("a:b\r\na: c\r\n", [("A", "b"), ("A", "c")]),
        ("a: \t b \t\r\n", [("A", "b")]),
        ("a:\r\n", [("A", "")]),
        ("a: b: c\r\n", [("A", "b: c")]),
        ("a: b\x85c\r\n", [("A", "b\x85c")]),
    ],
)
def test_a_block_is_parsed(block, fields):
    assert list(HTTPHeaders.parse(block).get_all()) == fields


@pytest.mark.parametrize(
    "block",
    [
        "a",
        "a\r\n",
        ": b",
        "a : b",
        " a: b",
        "a: b\r\n c\r\n",
        "a: b\r\n\tc",
        "a: b\r",
        "\r",
        "a: b\r\r\n",
        "a: b\rc: d",
        "a: b\x00",
        "a: \x0bb",
        "a: b\x7f",
        "é: b",
        "a\tb: c",
        "a: \u1234",
    ],
)
def test_a_malformed_block_is_refused(block):
    with pytest.raises(HTTPInputError):
        HTTPHeaders.parse(block)


def test_text_values_may_hold_any_printable_character():
    headers = HTTPHeaders()
    headers.parse_line("a: \u1234", _chars_are_bytes=False)
    assert headers["a"] == "\u1234"
    with pytest.raises(HTTPInputError, match="Invalid header value"):
        headers.add("a", "b\r\nc: d", _chars_are_bytes=False)


def test_bytes_that_are_added_are_octets():
    headers = HTTPHeaders()
    headers.add("a", "\u017c".encode())
    headers.add("a", b"\xff")
    assert headers.get_list("a") == ["\xc5\xbc", "\xff"]
    with pytest.raises(HTTPInputError):
        headers.add("a", b"b\r\nc: d")
    headers.add("b", "\u017c".encode(), _chars_are_bytes=False)
    assert headers["b"] == "\u017c"


def test_a_long_bad_value_is_shortened_in_the_message():
    with pytest.raises(HTTPInputError) as caught:
        HTTPHeaders().add("a", "\x00" * 10_000)
    assert len(str(caught.value)) < 400


tokens = st.text("abcXYZ-_!1", min_size=1, max_size=12)
values = st.text(st.characters(min_codepoint=0x21, max_codepoint=0xFF, exclude_characters="\x7f"))


@given(st.lists(st.tuples(tokens, values), max_size=12))
def test_what_is_written_is_read(pairs):
    headers = HTTPHeaders()
    for name, value in pairs:
        headers.add(name, value)
    block = "".join(f"{name}: {value}\r\n" for name, value in headers.get_all())
    assert list(HTTPHeaders.parse(block).get_all()) == list(headers.get_all())
    assert sorted(value for _, value in headers.get_all()) == sorted(value for _, value in pairs)
    assert len(headers) == len({name.lower() for name, _ in pairs})


def test_repeating_a_field_takes_linear_time():
    def repeat(times: int) -> float:
        start = time.process_time()
        headers = HTTPHeaders()
        for _ in range(times):
            headers.add("X", "value")
        assert len(headers["x"]) == 6 * times - 1
        return time.process_time() - start

    # One quiet attempt is enough: what is not linear never comes below.
    assert any(
        min(repeat(80_000) for _ in range(3)) < 9 * min(repeat(20_000) for _ in range(3))
        for _ in range(6)
    )


def test_the_fields_are_there_as_they_are_held():
    headers = HTTPHeaders({"accept": "a"})
    headers.add("accept", "b")
    headers.add("host", "c")
    assert headers.fields == {"Accept": ["a", "b"], "Host": "c"}


class Slow(HTTPHeaders):
    """Headers that are read line by line, as those of every subclass are."""


_PIECES = st.sampled_from(
    [
        "A",
        "b-C",
        ":",
        " ",
        "\t",
        "x",
        "1",
        "\r\n",
        "\r\n",
        "\n",
        "\r",
        "\x00",
        "\x7f",
        "é",
        "\u2028",
    ]
)


@given(st.lists(_PIECES, max_size=30).map("".join))
def test_a_block_is_read_as_its_lines_are(text):
    def outcome(kind: type[HTTPHeaders]) -> object:
        try:
            return list(kind.parse(text).get_all())
        except HTTPInputError as error:
            return str(error)

    assert outcome(HTTPHeaders) == outcome(Slow)
