"""Every octet in every position of a request, compared with the grammar of the RFCs.

The sets are written down here once more, from RFC 9110, 9112 and 3986, so that the parser and its
tests do not share a mistake. Where the parser differs from the RFCs on purpose, the case says so.
"""

from __future__ import annotations

import ipaddress
import re
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tornado.http1connection import HTTP1ConnectionParameters, ProtocolError, RequestParser

ALPHA, DIGIT, HEXDIG = (
    set(each.encode()) for each in (string.ascii_letters, string.digits, string.hexdigits)
)
TCHAR = ALPHA | DIGIT | set(b"!#$%&'*+-.^_`|~")
UNRESERVED = ALPHA | DIGIT | set(b"-._~")
SUB_DELIMS = set(b"!$&'()*+,;=")
VCHAR = set(range(0x21, 0x7F))
OBS_TEXT = set(range(0x80, 0x100))
FIELD_CONTENT = VCHAR | OBS_TEXT | set(b"\t ")

# A browser sends these in queries as they are (WHATWG URL Standard), so they are taken.
UNENCODED_BY_BROWSERS = set(b'"<>[]\\^`{|}%')
TARGET = UNRESERVED | SUB_DELIMS | set(b":@/?") | UNENCODED_BY_BROWSERS
# A comma in a Host stands for two fields that were joined, so it is refused.
REG_NAME = UNRESERVED | SUB_DELIMS - set(b",")

CHUNKED = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
END = b"\r\nabc\r\n0\r\n\r\n"

POSITIONS: dict[str, tuple[bytes, bytes, set[int]]] = {
    "before the method": (b"", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", TCHAR),
    "in the method": (b"G", b"T / HTTP/1.1\r\nHost: x\r\n\r\n", TCHAR),
    "after the method": (b"GET", b"/ HTTP/1.1\r\nHost: x\r\n\r\n", set(b" ")),
    "the first of the target": (b"GET ", b"a HTTP/1.1\r\nHost: x\r\n\r\n", set(b"/")),
    "in the path": (b"GET /a", b"b HTTP/1.1\r\nHost: x\r\n\r\n", TARGET),
    "the last of the path": (b"GET /a", b" HTTP/1.1\r\nHost: x\r\n\r\n", TARGET),
    "in the query": (b"GET /a?b", b"c HTTP/1.1\r\nHost: x\r\n\r\n", TARGET),
    "in the path of an absolute target": (
        b"GET http://x/a",
        b"b HTTP/1.1\r\nHost: x\r\n\r\n",
        TARGET,
    ),
    "in the host of an absolute target": (
        b"GET http://a",
        b"b/ HTTP/1.1\r\nHost: x\r\n\r\n",
        REG_NAME | set(b"/?"),
    ),
    "in the scheme": (
        b"GET ht",
        b"p://x/ HTTP/1.1\r\nHost: x\r\n\r\n",
        ALPHA | DIGIT | set(b"+-."),
    ),
    "in the host of a tunnel": (b"CONNECT a", b"b:443 HTTP/1.1\r\nHost: x\r\n\r\n", REG_NAME),
    "in the port of a tunnel": (b"CONNECT x:4", b"3 HTTP/1.1\r\nHost: x\r\n\r\n", DIGIT),
    "after the target": (b"GET /", b"HTTP/1.1\r\nHost: x\r\n\r\n", set(b" ")),
    "in the name of the protocol": (b"GET / HT", b"P/1.1\r\nHost: x\r\n\r\n", set(b"T")),
    "the major version": (b"GET / HTTP/", b".1\r\nHost: x\r\n\r\n", set(b"1")),
    "the dot of the version": (b"GET / HTTP/1", b"1\r\nHost: x\r\n\r\n", set(b".")),
    "the minor version": (b"GET / HTTP/1.", b"\r\nHost: x\r\n\r\n", set(b"01")),
    "after the version": (b"GET / HTTP/1.1", b"\r\nHost: x\r\n\r\n", set()),
    "the CR of the request line": (b"GET / HTTP/1.1", b"\nHost: x\r\n\r\n", set(b"\r")),
    "the LF of the request line": (b"GET / HTTP/1.1\r", b"Host: x\r\n\r\n", set(b"\n")),
    "before a field": (b"GET / HTTP/1.1\r\nHost: x\r\n", b"A: b\r\n\r\n", TCHAR),
    "in the name of a field": (
        b"GET / HTTP/1.1\r\nHost: x\r\nA",
        b"B: c\r\n\r\n",
        TCHAR | set(b":"),
    ),
    "after the name of a field": (b"GET / HTTP/1.1\r\nHost: x\r\nA", b" b\r\n\r\n", set(b":")),
    "in the value of a field": (
        b"GET / HTTP/1.1\r\nHost: x\r\nA: b",
        b"c\r\n\r\n",
        FIELD_CONTENT,
    ),
    "the last of the value of a field": (
        b"GET / HTTP/1.1\r\nHost: x\r\nA: b",
        b"\r\n\r\n",
        FIELD_CONTENT,
    ),
    "the CR of a field": (b"GET / HTTP/1.1\r\nHost: x\r\nA: b", b"\n\r\n", set(b"\r")),
    "the first of the host": (
        b"GET / HTTP/1.1\r\nHost: ",
        b"a\r\n\r\n",
        REG_NAME | set(b"\t "),
    ),
    "in the host": (b"GET / HTTP/1.1\r\nHost: a", b"b\r\n\r\n", REG_NAME),
    "in the host of HTTP/1.0": (b"GET / HTTP/1.0\r\nHost: a", b"b\r\n\r\n", REG_NAME),
    "the whole host": (b"GET / HTTP/1.1\r\nHost: ", b"\r\n\r\n", REG_NAME),
    "in the port": (b"GET / HTTP/1.1\r\nHost: x:8", b"\r\n\r\n", DIGIT | set(b"\t ")),
    "in an IPv6 address": (
        b"GET / HTTP/1.1\r\nHost: [1:2:3:4:5:6:7:",
        b"8]\r\n\r\n",
        HEXDIG,
    ),
    "in an IPv6 zone": (
        b"GET / HTTP/1.1\r\nHost: [fe80::1%25e",
        b"]\r\n\r\n",
        UNRESERVED,
    ),
    "in the length": (
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1",
        b"\r\n\r\n",
        DIGIT | set(b"\t "),
    ),
    "in the size of a chunk": (CHUNKED + b"1", b"3" + END, HEXDIG),
    "after the size of a chunk": (CHUNKED + b"3", END, HEXDIG),
    "the CR after the size": (CHUNKED + b"3", b"\nabc\r\n", set(b"\r")),
    "before an extension": (CHUNKED + b"3;", b"a=b" + END, TCHAR | set(b"\t ")),
    "in the name of an extension": (CHUNKED + b"3;a", b"b" + END, TCHAR | set(b"=;")),
    "the last of an extension": (CHUNKED + b"3;a", END, TCHAR),
    "after the equals sign": (CHUNKED + b"3;a=", b"b" + END, TCHAR | set(b"\t ")),
    "in the value of an extension": (CHUNKED + b"3;a=b", b"c" + END, TCHAR | set(b";")),
    "in a quoted value": (
        CHUNKED + b'3;a="b',
        b'c"' + END,
        FIELD_CONTENT - set(b'"'),
    ),
    "a quoted pair": (CHUNKED + b'3;a="\\', b'"' + END, FIELD_CONTENT),
    "after a quoted value": (CHUNKED + b'3;a="b"', b";c" + END, set(b"\t ;") - set(b";")),
    "the CR after the data": (CHUNKED + b"3\r\nabc", b"\n0\r\n\r\n", set(b"\r")),
    "in the name of a trailer": (CHUNKED + b"0\r\nA", b"B: c\r\n\r\n", TCHAR | set(b":")),
    "in the value of a trailer": (CHUNKED + b"0\r\nA: b", b"c\r\n\r\n", FIELD_CONTENT),
}


def is_taken(data: bytes, **switches: bool) -> bool:
    parser = RequestParser(HTTP1ConnectionParameters(**switches))
    try:
        event = parser.receive(data)
        while event is not None:
            event = parser.next_event()
    except ProtocolError:
        return False
    return True


@pytest.mark.parametrize("position", POSITIONS)
def test_s5_exactly_the_octets_of_the_grammar_are_taken(position: str) -> None:
    before, after, expected = POSITIONS[position]
    taken = {octet for octet in range(256) if is_taken(before + bytes([octet]) + after)}
    assert sorted(map(chr, taken)) == sorted(map(chr, expected))


@pytest.mark.parametrize("position", POSITIONS)
def test_the_switch_for_targets_changes_nothing_but_paths_and_queries(position: str) -> None:
    before, after, expected = POSITIONS[position]
    if "path" in position or "query" in position:
        expected = expected | OBS_TEXT
    taken = {
        octet
        for octet in range(256)
        if is_taken(before + bytes([octet]) + after, non_ascii_targets=True)
    }
    assert sorted(map(chr, taken)) == sorted(map(chr, expected))


# One expression per rule, as the RFCs write them.
_TOKEN = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_BWS = r"[ \t]*"
_QDTEXT = r"[\t \x21\x23-\x5b\x5d-\x7e\x80-\xff]"
_PAIR = r"\\[\t \x21-\x7e\x80-\xff]"
_VALUE = rf'(?:{_TOKEN}|"(?:{_QDTEXT}|{_PAIR})*")'
_CHUNK_EXT = rf"(?:{_BWS};{_BWS}{_TOKEN}(?:{_BWS}={_BWS}{_VALUE})?)*"


@given(st.text(alphabet=';=" \t\\gh\xff\x00,', max_size=12))
@settings(max_examples=500, deadline=None)
def test_s3_extensions_of_chunks_are_those_of_the_grammar(extensions: str) -> None:
    by_grammar = re.fullmatch(_CHUNK_EXT, extensions) is not None
    # Readers disagree about whitespace directly after the size, so it is refused.
    expected = by_grammar and extensions[:1] not in (" ", "\t")
    assert is_taken(CHUNKED + b"3" + extensions.encode("latin-1") + END) == expected


# The same grammar, put together by hand: a strategy that is made of the expression takes long.
_WHITESPACE = st.text(alphabet=" \t", max_size=2)
_TOKENS = st.text(alphabet=sorted(map(chr, TCHAR)), min_size=1, max_size=8)
_QUOTED = st.lists(
    st.one_of(
        st.sampled_from(sorted(map(chr, FIELD_CONTENT - set(b'"\\')))),
        st.sampled_from(sorted(map(chr, FIELD_CONTENT))).map(lambda char: "\\" + char),
    ),
    max_size=8,
).map(lambda chars: '"' + "".join(chars) + '"')
_VALUES = st.tuples(_WHITESPACE, st.just("="), _WHITESPACE, st.one_of(_TOKENS, _QUOTED)).map(
    "".join
)
_EXTENSIONS = st.lists(
    st.tuples(_WHITESPACE, st.just(";"), _WHITESPACE, _TOKENS, st.one_of(st.just(""), _VALUES)).map(
        "".join
    ),
    max_size=5,
).map("".join)


@given(_EXTENSIONS)
@settings(max_examples=300, deadline=None)
def test_every_extension_of_the_grammar_is_taken(extensions: str) -> None:
    assert re.fullmatch(_CHUNK_EXT, extensions)
    data = CHUNKED + b"3" + extensions.lstrip(" \t").encode("latin-1") + END
    assert is_taken(data)


@given(st.text(alphabet="0123456789abcdefABCDEFg.:", max_size=45))
@settings(max_examples=300, deadline=None)
def test_s5_an_address_in_brackets_is_ipv6(text: str) -> None:
    try:
        ipaddress.IPv6Address(text)
        expected = True
    except ValueError:
        expected = False
    request = f"GET / HTTP/1.1\r\nHost: [{text}]:80\r\n\r\n".encode()
    assert is_taken(request) == expected


@given(st.ip_addresses(v=6))
@settings(max_examples=300, deadline=None)
def test_every_ipv6_address_is_a_host(address: ipaddress.IPv6Address) -> None:
    for text in (address.compressed, address.exploded):
        assert is_taken(f"GET / HTTP/1.1\r\nHost: [{text}]\r\n\r\n".encode())
        assert is_taken(f"CONNECT [{text}]:443 HTTP/1.1\r\nHost: x\r\n\r\n".encode())


_HOST = r"(?:[A-Za-z0-9\-._~!$&'()*+;=]|%[0-9A-Fa-f]{2})+(?::[0-9]*)?"


@given(st.text(alphabet="aZ0-._~%4f!$&'()*+;=,:@/?#[]\xff ", min_size=1, max_size=8))
@settings(max_examples=500, deadline=None)
def test_s5_a_host_by_name_is_that_of_the_grammar(text: str) -> None:
    host = text.strip(" ")
    match = re.fullmatch(_HOST, host)
    port = host.rpartition(":")[2] if ":" in host else ""
    expected = match is not None and int(port or 0) <= 65535
    assert is_taken(f"GET / HTTP/1.1\r\nHost: {text}\r\n\r\n".encode("latin-1")) == expected


@pytest.mark.parametrize(
    ("line", "host", "taken"),
    [
        ("GET / HTTP/1.1", "", False),
        ("GET / HTTP/1.0", "", False),
        ("OPTIONS / HTTP/1.1", "", False),
        ("GET / HTTP/1.1", " \t", False),
        ("GET / HTTP/1.1", ":80", False),
        ("GET / HTTP/1.1", "[]", False),
        ("OPTIONS * HTTP/1.1", "", True),
        ("GET http://x/ HTTP/1.1", "", True),
        ("CONNECT x:443 HTTP/1.1", "", True),
        ("GET http:/// HTTP/1.1", "x", False),
        ("GET http://:80/ HTTP/1.1", "x", False),
        ("GET http://x:/ HTTP/1.1", "x", True),
        ("GET http:x HTTP/1.1", "x", False),
        ("CONNECT :443 HTTP/1.1", "x", False),
        ("CONNECT x: HTTP/1.1", "x", False),
        ("CONNECT x:0 HTTP/1.1", "x", False),
        ("CONNECT x:65535 HTTP/1.1", "x", True),
        ("CONNECT x:65536 HTTP/1.1", "x", False),
        ("CONNECT [::1] HTTP/1.1", "x", False),
        ("GET / HTTP/1.1", "x:65536", False),
        ("GET / HTTP/1.1", "x:00000080", True),
        ("GET / HTTP/1.1", "x:" + "9" * 5000, False),
    ],
)
def test_s5_a_host_is_empty_only_where_the_target_needs_none(
    line: str, host: str, taken: bool
) -> None:
    data = f"{line}\r\nHost: {host}\r\n\r\n".encode()
    assert is_taken(data) == taken
    assert is_taken(data) == taken  # the fields are known now


def test_s5_a_known_block_without_a_host_serves_no_path() -> None:
    fields = b"Host:\r\nX-Known-Block: yes\r\n\r\n"
    assert is_taken(b"OPTIONS * HTTP/1.1\r\n" + fields)
    assert not is_taken(b"GET / HTTP/1.1\r\n" + fields)


def test_a_target_outside_ascii_is_as_it_was_sent_where_it_is_taken() -> None:
    parser = RequestParser(HTTP1ConnectionParameters(non_ascii_targets=True))
    for _ in range(2):
        head = parser.receive("GET /café?ü HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert head.target.encode("latin-1").decode() == "/café?ü"


def test_the_log_says_how_a_target_outside_ascii_is_taken() -> None:
    with pytest.raises(ProtocolError, match=r"'/caf.xe9'.*non_ascii_targets=True") as caught:
        RequestParser(HTTP1ConnectionParameters()).receive(
            b"GET /caf\xe9 HTTP/1.1\r\nHost: x\r\n\r\n"
        )
    assert caught.value.status == 400
