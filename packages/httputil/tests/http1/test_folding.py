"""Folded lines: replaced in responses, refused in requests and where they would frame a body."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tornado.http1connection import (
    HTTP1ConnectionParameters,
    ProtocolError,
    RequestParser,
    ResponseHead,
    ResponseParser,
)
from tornado.http1connection._parsing._folding import unfold


def fields_of(lines: bytes, **limits: int) -> object:
    parser = ResponseParser(HTTP1ConnectionParameters(**limits))
    head = parser.receive(b"HTTP/1.1 200 OK\r\n" + lines + b"Content-Length: 0\r\n\r\n")
    assert isinstance(head, ResponseHead)
    return {name: value for name, value in head.fields.items() if name != "Content-Length"}


FOLDED = {
    b"A: b\r\n c\r\n": "b c",
    b"A: b  \r\n\t c\r\n": "b c",
    b"A:\r\n b\r\n": "b",
    b"A: b\r\n c\r\n \td\r\n": "b c d",
    b"A: b\r\n \r\n": "b",
    b"A: b\r\n: c\r\n": None,
    b"A: b\r\n c: d\r\n": "b c: d",
    b'A: "b\r\n c"\r\n': '"b c"',
    b"A: b\r\n \xe9\r\n": "b \xe9",
}


@pytest.mark.parametrize("lines", list(FOLDED))
def test_a_folded_field_of_a_response_is_one_line(lines):
    if FOLDED[lines] is None:
        with pytest.raises(ProtocolError):
            fields_of(lines)
    else:
        assert fields_of(lines) == {"A": FOLDED[lines]}
        assert fields_of(b"Z: z\r\n" + lines + b"Y: y\r\n") == {
            "Z": "z",
            "A": FOLDED[lines],
            "Y": "y",
        }


@pytest.mark.parametrize(
    "lines",
    [
        b" A: b\r\n",  # right after the status line
        b"\tA: b\r\n c\r\n",
        b"Transfer-Encoding:\r\n chunked\r\n",
        b"transfer-encoding: chunked\r\n \r\n",
        b"A: b\r\n c\r\nContent-Length:\r\n 5\r\n",
        b"A: b\r\n \x01c\r\n",
        b"A\r\n : b\r\n",
        b"A: b\r\n c\nd: e\r\n",
    ],
)
def test_a_fold_that_could_be_read_in_two_ways_is_refused(lines):
    with pytest.raises(ProtocolError):
        fields_of(lines)


def test_a_folded_request_is_refused():
    parser = RequestParser(HTTP1ConnectionParameters())
    with pytest.raises(ProtocolError, match="folding not supported"):
        parser.receive(b"GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n")


def test_the_limits_hold_for_folded_fields():
    many = b"".join(b"A%d: b\r\n c\r\n" % number for number in range(20))
    assert len(fields_of(many, max_header_count=21)) == 20
    with pytest.raises(ProtocolError, match="21 header fields"):
        fields_of(many, max_header_count=20)
    with pytest.raises(ProtocolError, match="too large"):
        fields_of(b"A: b\r\n" + b" c\r\n" * 1000, max_header_size=1000)


@given(
    values=st.lists(
        st.lists(st.text('abc:,"', min_size=1, max_size=3), min_size=1, max_size=4),
        min_size=1,
        max_size=4,
    ),
    fold=st.sampled_from(["\r\n ", "\r\n\t", " \r\n ", "\t \r\n \t "]),
    cuts=st.lists(st.integers(0, 200), max_size=5),
)
def test_however_it_is_folded_and_cut_the_fields_are_those_of_the_same_lines(values, fold, cuts):
    block = "".join(f"A{number}: {fold.join(value)}\r\n" for number, value in enumerate(values))
    data = f"HTTP/1.1 200 OK\r\n{block}Content-Length: 0\r\n\r\n".encode()
    parser = ResponseParser(HTTP1ConnectionParameters())
    head = None
    edges = sorted({0, len(data), *[min(cut, len(data)) for cut in cuts]})
    for begin, end in pairwise(edges):
        head = parser.receive(data[begin:end]) or head
    assert isinstance(head, ResponseHead)
    expected = {f"A{number}": " ".join(value) for number, value in enumerate(values)}
    assert head.fields == {**expected, "Content-Length": "0"}


@pytest.mark.parametrize("run", [" ", "\t ", "\r\n ", " \r\n ", "a:\r\n", "a: \r\n b"])
def test_nothing_of_a_fold_is_left_however_long_it_is(run):
    unfolded = unfold("HTTP/1.1 200 OK\r\nA: b\r\n c" + run * 100_000 + "\r\n")
    assert unfolded is not None
    assert "\r\n " not in unfolded
    assert "\r\n\t" not in unfolded
