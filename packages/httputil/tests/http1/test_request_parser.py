"""The request parser: bytes in, events out."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tornado.http1connection import (
    EndOfMessage,
    HTTP1ConnectionParameters,
    ProtocolError,
    RequestHead,
    RequestParser,
)

Seen = list[tuple[Any, ...]]


def events_of(pieces: list[bytes], **limits: Any) -> Seen:
    """Parse pieces and describe the events; pieces of one body are joined."""
    parser = RequestParser(HTTP1ConnectionParameters(**limits))
    seen: Seen = []
    body = b""
    for piece in pieces:
        event = parser.receive(piece)
        while event is not None:
            if isinstance(event, RequestHead):
                seen.append((event.method, event.target, event.version, event.keep_alive))
                seen.append(tuple(event.fields.items()))
            elif isinstance(event, bytes):
                body += event
            else:
                seen.append(("body", body, dict(event.trailers)))
                body = b""
            event = parser.next_event()
    return seen


def outcome_of(pieces: list[bytes], **limits: Any) -> Seen | int:
    try:
        return events_of(pieces, **limits)
    except ProtocolError as error:
        return error.status


GET = b"GET /a?b=c HTTP/1.1\r\nHost: x\r\n\r\n"

GOOD = {
    "a request without a body": (GET, [("GET", "/a?b=c", "HTTP/1.1", True), (("Host", "x"),)]),
    "empty lines before a request": (
        b"\r\n\r\n" + GET,
        [("GET", "/a?b=c", "HTTP/1.1", True), (("Host", "x"),)],
    ),
    "two pipelined requests": (
        GET + GET,
        [("GET", "/a?b=c", "HTTP/1.1", True), (("Host", "x"),)] * 2,
    ),
    "a request of HTTP/1.0 without Host": (
        b"GET / HTTP/1.0\r\n\r\n",
        [("GET", "/", "HTTP/1.0", False), ()],
    ),
    "HTTP/1.0 that keeps the connection": (
        b"GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n",
        [("GET", "/", "HTTP/1.0", True), (("Connection", "Keep-Alive"),)],
    ),
    "a connection that is closed after it": (
        b"GET / HTTP/1.1\r\nhost:x\r\nconnection: foo, Close\r\n\r\n",
        [("GET", "/", "HTTP/1.1", False), (("Host", "x"), ("Connection", "foo, Close"))],
    ),
    "whitespace around values": (
        b"GET / HTTP/1.1\r\nHost: \t x \t\r\nA:\r\n\r\n",
        [("GET", "/", "HTTP/1.1", True), (("Host", "x"), ("A", ""))],
    ),
    "repeated fields": (
        b"GET / HTTP/1.1\r\nHost: x\r\nA: 1\r\na: 2\r\n\r\n",
        [("GET", "/", "HTTP/1.1", True), (("Host", "x"), ("A", ["1", "2"]))],
    ),
    "a body with its length": (
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc" + GET,
        [
            ("POST", "/", "HTTP/1.1", True),
            (("Host", "x"), ("Content-Length", "3")),
            ("body", b"abc", {}),
            ("GET", "/a?b=c", "HTTP/1.1", True),
            (("Host", "x"),),
        ],
    ),
    "an empty body": (
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
        [("POST", "/", "HTTP/1.1", True), (("Host", "x"), ("Content-Length", "0"))],
    ),
    "a body in chunks, with an extension and trailers": (
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: Chunked\r\n\r\n"
        b"3;a=b\r\nabc\r\nA\r\n0123456789\r\n0\r\nX-Sum: 1\r\n\r\n" + GET,
        [
            ("POST", "/", "HTTP/1.1", True),
            (("Host", "x"), ("Transfer-Encoding", "Chunked")),
            ("body", b"abc0123456789", {"X-Sum": "1"}),
            ("GET", "/a?b=c", "HTTP/1.1", True),
            (("Host", "x"),),
        ],
    ),
    "the whole server": (
        b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
        [("OPTIONS", "*", "HTTP/1.1", True), (("Host", "x"),)],
    ),
    "an absolute target": (
        b"GET http://x:80/a HTTP/1.1\r\nHost: x\r\n\r\n",
        [("GET", "http://x:80/a", "HTTP/1.1", True), (("Host", "x"),)],
    ),
    "a tunnel": (
        b"CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n",
        [("CONNECT", "x:443", "HTTP/1.1", True), (("Host", "x"),)],
    ),
    "an IPv6 host": (
        b"GET / HTTP/1.1\r\nHost: [::1]:8888\r\n\r\n",
        [("GET", "/", "HTTP/1.1", True), (("Host", "[::1]:8888"),)],
    ),
}


def post(fields: bytes, body: bytes = b"") -> bytes:
    return b"POST / HTTP/1.1\r\nHost: x\r\n" + fields + b"\r\n" + body


CHUNKED = b"Transfer-Encoding: chunked\r\n"

BAD = {
    "S1 different lengths": (post(b"Content-Length: 1\r\nContent-Length: 2\r\n", b"a"), 400),
    "S1 equal lengths": (post(b"Content-Length: 1\r\nContent-Length: 1\r\n", b"a"), 400),
    "S1 a list of lengths": (post(b"Content-Length: 1, 1\r\n", b"a"), 400),
    "S1 a plus": (post(b"Content-Length: +5\r\n", b"abcde"), 400),
    "S1 hexadecimal": (post(b"Content-Length: 0x5\r\n", b"abcde"), 400),
    "S1 an underscore": (post(b"Content-Length: 5_0\r\n", b"abcde"), 400),
    "S1 digits of another script": (post("Content-Length: \u00b2\r\n".encode("latin-1")), 400),
    "S1 a negative length": (post(b"Content-Length: -1\r\n"), 400),
    "S1 an empty length": (post(b"Content-Length:\r\n"), 400),
    "S1 a length of 30 digits": (post(b"Content-Length: " + b"9" * 30 + b"\r\n"), 400),
    "S2 both framings": (post(CHUNKED + b"Content-Length: 1\r\n", b"0\r\n\r\n"), 400),
    "S2 another coding": (post(b"Transfer-Encoding: gzip\r\n"), 400),
    "S2 a stack of codings": (post(b"Transfer-Encoding: gzip, chunked\r\n"), 501),
    "S2 chunked twice": (post(b"Transfer-Encoding: chunked, chunked\r\n"), 400),
    "S2 an empty coding": (post(b"Transfer-Encoding:\r\n"), 400),
    "S2 a vertical tab": (post(b"Transfer-Encoding: \x0bchunked\r\n"), 400),
    "S2 two fields": (post(CHUNKED + CHUNKED), 400),
    "S2 HTTP/1.0": (b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
    "S3 a sign": (post(CHUNKED, b"+3\r\nabc\r\n"), 400),
    "S3 an underscore": (post(CHUNKED, b"1_0\r\nabc\r\n"), 400),
    "S3 a space before the size": (post(CHUNKED, b" 3\r\nabc\r\n"), 400),
    "S3 no size": (post(CHUNKED, b"\r\nabc\r\n"), 400),
    "S3 a prefix": (post(CHUNKED, b"0x3\r\nabc\r\n"), 400),
    "S3 a space after the size": (post(CHUNKED, b"3 \r\nabc\r\n"), 400),
    "S3 a tab after the size": (post(CHUNKED, b"3\t\r\nabc\r\n"), 400),
    "S3 a space before an extension": (post(CHUNKED, b"3 ;a=b\r\nabc\r\n"), 400),
    "S3 a size of 16 digits": (post(CHUNKED, b"0" * 16 + b"\r\n\r\n"), 400),
    "S3 a size that some take for -1": (post(CHUNKED, b"f" * 16 + b"\r\nabc\r\n"), 400),
    "S3 an extension without end": (post(CHUNKED, b"3;" + b"a" * 300), 400),
    "S3 an extension without a name": (post(CHUNKED, b"3;\r\nabc\r\n"), 400),
    "S3 an extension without a name but with a value": (post(CHUNKED, b"3;=b\r\nabc\r\n"), 400),
    "S3 a second extension without a name": (post(CHUNKED, b"3;a;\r\nabc\r\n"), 400),
    "S3 an extension whose quotes stay open": (post(CHUNKED, b'3;a="b\r\nabc\r\n'), 400),
    "S3 a bare LF in an extension": (post(CHUNKED, b"3;a\nb\r\nabc\r\n"), 400),
    "S3 a bare LF after the size": (post(CHUNKED, b"3\nabc\r\n0\r\n\r\n"), 400),
    "S3 no CRLF after the data": (post(CHUNKED, b"3\r\nabcd\r\n"), 400),
    "S3 a bare LF after the data": (post(CHUNKED, b"3\r\nabc\n0\r\n\r\n"), 400),
    "S3 trailers that frame": (post(CHUNKED, b"0\r\nContent-Length: 3\r\n\r\n"), 400),
    "S3 trailers with a control": (post(CHUNKED, b"0\r\nA: \x01\r\n\r\n"), 400),
    "S3 a space in a trailer's name": (post(CHUNKED, b"0\r\nA : b\r\n\r\n"), 400),
    "S4 a space before the colon": (post(b"A : b\r\n"), 400),
    "S4 an empty name": (post(b": b\r\n"), 400),
    "S4 no colon": (post(b"abc\r\n"), 400),
    "S4 a name that is not a token": (post(b"A(B: c\r\n"), 400),
    "S4 NUL": (post(b"A: b\x00c\r\n"), 400),
    "S4 DEL": (post(b"A: b\x7fc\r\n"), 400),
    "S4 a bare CR": (post(b"A: b\rc\r\n"), 400),
    "S4 a bare LF": (post(b"A: b\nc: d\r\n"), 400),
    "S4 lines that end in LF": (b"GET / HTTP/1.1\nHost: x\n\n", 400),
    "S4 a folded line": (post(b"A: b\r\n c\r\n"), 400),
    "S5 two hosts": (b"GET / HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n", 400),
    "S5 no host": (b"GET / HTTP/1.1\r\n\r\n", 400),
    "S5 an empty host": (b"GET / HTTP/1.1\r\nHost:\r\n\r\n", 400),
    "S5 a port without a host": (b"GET / HTTP/1.1\r\nHost: :80\r\n\r\n", 400),
    "S5 brackets without an address": (b"GET / HTTP/1.1\r\nHost: [x]\r\n\r\n", 400),
    "S5 a port beyond the last": (b"GET / HTTP/1.1\r\nHost: x:65536\r\n\r\n", 400),
    "S5 an absolute target without a host": (b"GET http://:80/ HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    "S5 a tunnel to an address without a port": (b"CONNECT [::1] HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    "S5 a tunnel to an empty port": (b"CONNECT x: HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    "S5 a slash in the host": (b"GET / HTTP/1.1\r\nHost: x/y\r\n\r\n", 400),
    "S5 a user in the host": (b"GET / HTTP/1.1\r\nHost: a@b\r\n\r\n", 400),
    "S5 a space in the host": (b"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400),
    "S5 two content types": (post(b"Content-Type: a\r\nContent-Type: b\r\n"), 400),
    "S5 the whole server, but not OPTIONS": (b"GET * HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    "S5 an authority, but not CONNECT": (b"GET x:443 HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    "S5 a path for CONNECT": (b"CONNECT x HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    "S5 a user in an absolute target": (b"GET http://a@b/ HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    "S6 a method that is not a token": (b"GE(T / HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    "S6 an empty method": (b" / HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    "S6 two spaces": (b"GET  / HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    "S6 a control in the target": (b"GET /\x01 HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    "S6 an octet outside ASCII in the target": (b"GET /caf\xe9 HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    "S6 a fragment in the target": (b"GET /a#b HTTP/1.1\r\nHost: x\r\n\r\n", 400),
    "S6 another version": (b"GET / HTTP/2.0\r\nHost: x\r\n\r\n", 505),
    "S6 a version that is none": (b"GET / HTTP/1.10\r\nHost: x\r\n\r\n", 400),
    "S6 a version in lower case": (b"GET / http/1.1\r\nHost: x\r\n\r\n", 400),
    "S6 a request line of 100 KB": (
        b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        431,
    ),
    "S6 a field of 100 KB": (post(b"A: " + b"b" * 100_000 + b"\r\n"), 431),
    "S6 300 fields": (post(b"".join(b"A-%d: b\r\n" % n for n in range(300))), 431),
    "S7 garbage after a request": (GET + b"\x16\x03\x01\x02\x00\r\n\r\n", 400),
}


@pytest.mark.parametrize("name", GOOD)
def test_a_good_request_gives_its_events(name: str) -> None:
    data, expected = GOOD[name]
    assert events_of([data]) == expected


@pytest.mark.parametrize("name", GOOD)
def test_a_good_request_may_be_split_anywhere(name: str) -> None:
    data, expected = GOOD[name]
    assert events_of([bytes([byte]) for byte in data]) == expected
    for at in range(1, len(data)):
        assert events_of([data[:at], data[at:]]) == expected


@pytest.mark.parametrize("name", BAD)
def test_a_bad_request_is_refused_with_its_status(name: str) -> None:
    data, status = BAD[name]
    assert outcome_of([data]) == status


@pytest.mark.parametrize("name", [name for name in BAD if len(BAD[name][0]) < 5000])
def test_a_bad_request_is_refused_however_it_is_split(name: str) -> None:
    data, status = BAD[name]
    assert outcome_of([bytes([byte]) for byte in data]) == status
    for at in range(1, len(data)):
        assert outcome_of([data[:at], data[at:]]) == status


@pytest.mark.parametrize("name", [name for name in BAD if len(BAD[name][0]) >= 5000])
def test_limits_count_across_pieces(name: str) -> None:
    data, status = BAD[name]
    assert outcome_of([bytes([byte]) for byte in data]) == status


#: What requests are made of, and what attacks are made of: random bytes alone hardly ever pass a head.
_WORDS = [
    *(
        b"GET / HTTP/1.1\r\n",
        b"POST / HTTP/1.1\r\n",
        b"POST / HTTP/1.0\r\n",
        b"OPTIONS * HTTP/1.1\r\n",
    ),
    *(b"GET / HTTP/2.0\r\n", b"Host: x\r\n", b"Host: x\r\n", b"Host: x\r\n\r\n", b"A: b\r\n"),
    *(b"Content-Length: 3\r\n", b"Content-Length: 03\r\n", b"Content-Length: x\r\n"),
    *(b"Transfer-Encoding: chunked\r\n", b"Transfer-Encoding: gzip, chunked\r\n"),
    *(
        b"Connection: close\r\n",
        b"Content-Type: a\r\n",
        b"abc",
        b"3\r\nabc\r\n",
        b"0\r\n\r\n",
        b"0\r\n",
    ),
    *(
        b"3;a=b\r\n",
        b"3;\r\n",
        b"3 \r\n",
        b"\r\n",
        b"\r\n\r\n",
        b"\r",
        b"\n",
        b" ",
        b"\t",
        b":",
        b"\x00",
        b"\xff",
    ),
    b"A: " + b"b" * 90 + b"\r\n",
]


@given(
    words=st.lists(st.one_of(st.sampled_from(_WORDS), st.binary(max_size=3)), max_size=14),
    cuts=st.lists(st.integers(0, 400), max_size=5),
)
@settings(max_examples=500, deadline=None)
def test_any_bytes_give_events_or_one_documented_error(words: list[bytes], cuts: list[int]) -> None:
    data = b"".join(words)
    limits = {"max_header_size": 200, "max_header_count": 5}
    whole = outcome_of([data], **limits)
    edges = [0, *sorted(cuts), len(data)]
    pieces = [data[start:stop] for start, stop in itertools.pairwise(edges)]
    assert outcome_of([piece for piece in pieces if piece], **limits) == whole
    assert outcome_of([bytes([byte]) for byte in data], **limits) == whole


def test_the_end_of_the_stream_within_a_message_is_an_error() -> None:
    for data in (b"GET / HT", post(b"Content-Length: 3\r\n", b"ab"), post(CHUNKED, b"3\r\nab")):
        parser = RequestParser(HTTP1ConnectionParameters())
        event = parser.receive(data)
        while event is not None:
            event = parser.next_event()
        with pytest.raises(ProtocolError):
            parser.end_of_stream()


def test_the_end_of_the_stream_between_messages_is_none() -> None:
    parser = RequestParser(HTTP1ConnectionParameters())
    assert parser.receive(GET) is not None
    assert parser.end_of_stream() is None


def test_bytes_after_a_request_are_given_back_untouched() -> None:
    parser = RequestParser(HTTP1ConnectionParameters())
    parser.receive(GET + b"\x00\x01\r\nwhatever")
    assert parser.take_held() == b"\x00\x01\r\nwhatever"
    assert parser.next_event() is None


def test_small_chunks_of_one_read_are_joined() -> None:
    parser = RequestParser(HTTP1ConnectionParameters())
    parser.receive(post(CHUNKED))
    assert parser.receive(b"1\r\na\r\n" * 100 + b"0\r\n\r\n") == b"a" * 100
    assert isinstance(parser.next_event(), EndOfMessage)


def test_chunk_extensions_are_limited_over_the_whole_body() -> None:
    parser = RequestParser(HTTP1ConnectionParameters())
    parser.receive(post(CHUNKED))
    pieces = [b"1;" + b"x" * 100 + b"\r\na\r\n"] * 1000
    with pytest.raises(ProtocolError, match="extensions"):
        [parser.receive(piece) for piece in pieces]


@pytest.mark.parametrize(
    ("fields", "body"),
    [
        (b"Content-Length: 50\r\n", b"0123456789" * 5),
        (
            CHUNKED,
            b"1e\r\n" + b"0123456789" * 3 + b"\r\n14\r\n" + b"0123456789" * 2 + b"\r\n0\r\n\r\n",
        ),
    ],
)
def test_a_body_is_cut_into_pieces_of_the_chunk_size(fields: bytes, body: bytes) -> None:
    parser = RequestParser(HTTP1ConnectionParameters(chunk_size=16))
    event = parser.receive(post(fields, body))
    pieces = []
    while not isinstance(event, EndOfMessage):
        if isinstance(event, bytes):
            pieces.append(event)
        event = parser.next_event()
    assert [len(piece) for piece in pieces] == [16, 16, 16, 2]
    assert b"".join(pieces) == b"0123456789" * 5
