"""Lines of responses that are looked up mean what they meant the first time."""

from __future__ import annotations

import pytest

from tornado.http1connection import (
    HTTP1ConnectionParameters,
    ProtocolError,
    ResponseHead,
    ResponseParser,
)
from tornado.http1connection._caches import MAX_LINE_LENGTH, MAX_LINES, FieldLines, StatusLines


def head_of(octets: bytes, **limits: int) -> ResponseHead:
    event = ResponseParser(HTTP1ConnectionParameters(**limits)).receive(octets)
    assert isinstance(event, ResponseHead)
    return event


def test_a_cached_line_gives_the_same_head():
    octets = b"HTTP/1.1 200 OK\r\nx-known:  a b \t\r\nX-Known:c\r\nContent-Length: 3\r\n\r\n"
    first, second = head_of(octets), head_of(octets)
    assert first == second
    assert first.fields == {"X-Known": ["a b", "c"], "Content-Length": "3"}
    assert first.length == 3


def test_what_one_response_does_to_its_fields_changes_no_other():
    octets = b"HTTP/1.1 200 OK\r\nX-Twice: a\r\nX-Twice: b\r\nX-Once: c\r\n\r\n"
    fields = head_of(octets).fields
    fields["X-Once"] = "other"
    assert isinstance(fields["X-Twice"], list)
    fields["X-Twice"].append("more")
    assert head_of(octets).fields == {"X-Twice": ["a", "b"], "X-Once": "c"}


@pytest.mark.parametrize("fields", [b"Content-Length: 0", b"Connection: close"])
def test_what_is_added_to_trailers_changes_those_of_no_other_response(fields):
    def end_of_response():
        parser = ResponseParser(HTTP1ConnectionParameters())
        parser.receive(b"HTTP/1.1 200 OK\r\n" + fields + b"\r\n\r\n")
        return parser.next_event() or parser.end_of_stream()

    end_of_response().trailers["X-Added"] = "a"
    assert end_of_response().trailers == {}


def test_a_cached_status_line_means_what_its_version_says():
    for _ in range(2):
        assert head_of(b"HTTP/1.1 200 OK\r\nX-A: b\r\n\r\n").keep_alive
        assert not head_of(b"HTTP/1.0 200 OK\r\nX-A: b\r\n\r\n").keep_alive


@pytest.mark.parametrize(
    "line",
    [b"no-colon", b"a b: c", b"a: b\rc", b"a: b\nc", b"a: \x00", b": c", b"a : b"],
)
def test_s6_a_broken_line_is_refused_each_time(line):
    for _ in range(2):
        with pytest.raises(ProtocolError):
            head_of(b"HTTP/1.1 200 OK\r\nServer: x\r\n" + line + b"\r\nDate: y\r\n\r\n")


def test_s6_a_field_line_is_not_a_status_line_and_the_other_way_round():
    head_of(b"HTTP/1.1 200 OK\r\nServer: x\r\n\r\n")
    with pytest.raises(ProtocolError, match="response start line"):
        head_of(b"Server: x\r\nServer: x\r\n\r\n")
    with pytest.raises(ProtocolError, match="colon"):
        head_of(b"HTTP/1.1 200 OK\r\nHTTP/1.1 200 OK\r\n\r\n")


def test_s6_the_limits_hold_for_cached_lines():
    octets = b"HTTP/1.1 200 OK\r\n" + b"X-Same: a\r\n" * 3 + b"\r\n"
    assert head_of(octets, max_header_count=3).fields == {"X-Same": ["a", "a", "a"]}
    with pytest.raises(ProtocolError, match="3 header fields, at most 2") as caught:
        head_of(octets, max_header_count=2)
    assert caught.value.status == 431


def test_s6_the_caches_are_bounded_in_number_and_size():
    fields = FieldLines()
    for number in range(MAX_LINES + 10):
        assert fields[f"x-{number}: a"] == (f"X-{number}", "a")
    assert len(fields) == 10
    value = "v" * MAX_LINE_LENGTH
    assert fields[f"X: {value}"] == ("X", value)
    assert len(fields) == 10
    with pytest.raises(ValueError, match="not a field line"):
        fields["no line"]
    assert len(fields) == 10
    statuses = StatusLines()
    assert statuses["HTTP/1.0 404 Not Found"] == ("HTTP/1.0", 404, "Not Found")
    with pytest.raises(ValueError, match="not a status line"):
        statuses["HTTP/1.1 99 No"]
    assert len(statuses) == 1


def test_s6_a_broken_head_with_too_many_fields_is_refused_alike_however_it_is_cut():
    octets = b"HTTP/1.1 200 OK\r\na: b\r\na: b\r\n\nc: d\r\n\r\n"

    def take(size):
        parser = ResponseParser(HTTP1ConnectionParameters(max_header_count=1))
        for at in range(0, len(octets), size):
            parser.receive(octets[at : at + size])

    for size in (1, 7, len(octets)):
        with pytest.raises(ProtocolError) as caught:
            take(size)
        assert caught.value.status == 400
