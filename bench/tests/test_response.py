from __future__ import annotations

import pytest
from bench.harness.errors import ResponseError
from bench.harness.exchange.response import parse_response
from hypothesis import given
from hypothesis import strategies as st

PLAIN = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A:  b \r\n\r\nhello"
CHUNKED = (
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\n\r\n"
)


@pytest.mark.parametrize("data", [PLAIN, CHUNKED])
def test_both_framings_give_the_same_body(data: bytes) -> None:
    response = parse_response(data)
    assert response is not None
    assert (response.status, response.body, response.size) == (200, b"hello", len(data))


def test_fields_are_trimmed_and_found_by_lower_case_names() -> None:
    response = parse_response(PLAIN)
    assert response is not None
    assert response.field("x-a") == "b"
    assert response.field("x-b") is None
    assert response.head_size == len(PLAIN) - 5


@given(st.sampled_from([PLAIN, CHUNKED]), st.data())
def test_a_part_is_never_taken_for_a_whole(data: bytes, draw: st.DataObject) -> None:
    cut = draw.draw(st.integers(0, len(data) - 1))
    assert parse_response(data[:cut]) is None


@given(st.sampled_from([PLAIN, CHUNKED]), st.binary(max_size=20))
def test_what_follows_a_response_is_not_counted(data: bytes, more: bytes) -> None:
    response = parse_response(data + more)
    assert response is not None
    assert response.size == len(data)


@given(st.binary(max_size=300), st.lists(st.integers(1, 60), max_size=10))
def test_any_split_into_chunks_gives_the_body_again(body: bytes, cuts: list[int]) -> None:
    chunks, rest = [], body
    for cut in cuts:
        if rest:
            chunks.append(rest[:cut])
            rest = rest[cut:]
    chunks += [rest] if rest else []
    framed = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    response = parse_response(head + framed + b"0\r\n\r\n")
    assert response is not None
    assert response.body == body


@pytest.mark.parametrize("status", [204, 304])
def test_a_status_without_content_needs_no_length(status: int) -> None:
    response = parse_response(b"HTTP/1.1 %d X\r\nDate: x\r\n\r\n" % status)
    assert response is not None
    assert response.body == b""


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"HTTP/1.0 200 OK\r\n\r\n", "not a status line"),
        (b"SSH-2.0-x\r\n\r\n", "not a status line"),
        (b"HTTP/1.1 200 OK\r\nbad field: x\r\n\r\n", "not a field line"),
        (b"HTTP/1.1 200 OK\r\nDate: x\r\n\r\n", "has no end"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\nhello", "not a content-length"),
        (CHUNKED.replace(b"3\r\n", b"z\r\n"), "not a chunk size"),
        (CHUNKED.replace(b"3\r\n", b"2\r\n"), "does not end where it says"),
    ],
)
def test_what_is_no_response_is_an_error(data: bytes, message: str) -> None:
    with pytest.raises(ResponseError, match=message):
        parse_response(data)
