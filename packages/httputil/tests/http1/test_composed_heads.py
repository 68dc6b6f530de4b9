"""The beginning of a head that was composed before is looked up, and the head is the same."""

from __future__ import annotations

import enum
import http

import pytest

from tornado.http1connection import _caches
from tornado.http1connection._caches import MAX_HEAD_LENGTH, MAX_HEADS, ComposedHeads
from tornado.http1connection._server import _exchange as exchange_module
from tornado.httputil import HTTPHeaders, HTTPOutputError

GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
PLAIN = {"Server": "s", "Content-Type": "text/plain"}
COMMON = {**PLAIN, "Date": "now"}


@pytest.fixture
def answers(run, wire, application, message):
    """Answer requests on one connection, each with a status, a reason and fields of its own.

    Returns the bytes that the client gets for each, or the error that the application gets.
    """

    def collect(*responses):
        outcomes = []

        class Answering(message):
            def finish(self):
                code, reason, fields = responses[len(self.app.messages) - 1]
                headers = fields if isinstance(fields, HTTPHeaders) else HTTPHeaders(fields)
                try:
                    self.connection.respond(code, reason, headers, b"body")
                except HTTPOutputError as error:
                    outcomes.append(str(error))
                    self.connection.respond(500, "Failed", HTTPHeaders(), b"")

        async def scene():
            async with wire(application(Answering)) as client:
                for _ in responses:
                    await client.send(GET)
                    data = await client.read_some()
                    if not data.startswith(b"HTTP/1.1 500 "):
                        outcomes.append(data)

        exchange_module._heads.clear()
        run(scene())
        return outcomes

    return collect


def test_a_cached_head_is_the_same(answers):
    first, second = answers((200, "OK", PLAIN), (200, "OK", dict(PLAIN)))
    assert first == second
    assert first == (
        b"HTTP/1.1 200 OK\r\nServer: s\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n\r\nbody"
    )
    assert len(exchange_module._heads) == 1


@pytest.mark.parametrize(
    ("status", "reason", "fields"),
    [
        (201, "OK", PLAIN),
        (200, "Fine", PLAIN),
        (200, "OK", {**PLAIN, "Server": "t"}),
        (200, "OK", {"Server": "text/plain", "Content-Type": "s"}),
        (200, "OK", {"Server": "s", "Content-Length": "4"}),
        (200, "OK", {"Server": "s", "X-Content-Type": "text/plain"}),
        (200, "OK", {"Server": "s"}),
        (200, "OK", {}),
        (http.HTTPStatus.ACCEPTED, "OK", PLAIN),
    ],
)
def test_another_head_is_another_one(answers, status, reason, fields):
    known, other, known_again = answers(
        (200, "OK", PLAIN), (status, reason, fields), (200, "OK", PLAIN)
    )
    assert known == known_again
    assert other.startswith(b"HTTP/1.1 %d %s\r\n" % (status, reason.encode()))
    assert other.count(b"\r\n") == len(fields) + 2 + ("Content-Length" not in fields)
    for name, value in fields.items():
        assert f"\r\n{name}: {value}\r\n".encode() in other


def test_the_validator_belongs_to_each_response(answers):
    tags = ['"1"', '"2"', "", None]
    responses = [{**COMMON, "Etag": tag} if tag is not None else COMMON for tag in tags]
    found = answers(*[(200, "OK", fields) for fields in responses])
    for tag, answer in zip(tags, found, strict=True):
        line = f"Etag: {tag}\r\n".encode() if tag is not None else b""
        assert answer.endswith(b"Date: now\r\n" + line + b"Content-Length: 4\r\n\r\nbody")
    assert len(exchange_module._heads) == 1


class Looks(str, enum.Enum):  # noqa: UP042 - StrEnum is written as the text
    """Equal to a text, and written in another way by some versions of Python."""

    OK = "OK"
    SERVER = "s"


@pytest.mark.parametrize(
    ("status", "reason", "fields"),
    [
        (200.0, "OK", PLAIN),
        (http.HTTPStatus.OK, "OK", PLAIN),
        (200, Looks.OK, PLAIN),
        (200, "OK", {**PLAIN, "Server": Looks.SERVER}),
    ],
)
def test_what_only_looks_the_same_changes_nothing_for_others(answers, status, reason, fields):
    usual = (200, "OK", PLAIN)
    odd, first, odd_again, second = answers(
        (status, reason, fields), usual, (status, reason, fields), usual
    )
    assert first == second
    assert first.startswith(b"HTTP/1.1 200 OK\r\nServer: s\r\n")
    for answer in (odd, odd_again):
        assert answer.startswith(b"HTTP/1.1 200 ")
        assert b"\r\nContent-Type: text/plain\r\n" in answer


def test_what_was_answered_keeps_its_fields(answers):
    headers = HTTPHeaders({"Etag": '"1"', **PLAIN})
    answers((200, "OK", headers))
    assert list(headers.get_all()) == [("Etag", '"1"'), *PLAIN.items()]


@pytest.mark.parametrize("validator", ['"a"\r\nX: y', '"a"\n', "\x00", '"\u0416"'])
def test_s14_a_validator_is_checked_after_a_cached_head(answers, validator):
    known, error, again = answers(
        (200, "OK", PLAIN), (200, "OK", {**PLAIN, "Etag": validator}), (200, "OK", PLAIN)
    )
    assert known == again
    assert error.startswith("Illegal characters (CR or LF, or other controls) in header Etag")


@pytest.mark.parametrize(
    ("name", "value"),
    [("X", "a\r\nY: b"), ("X", "a\n"), ("X\r\nY", "b"), ("X y", "b"), ("X", "\u0416")],
)
def test_s14_what_is_wrong_stays_wrong(answers, name, value):
    headers = HTTPHeaders(PLAIN)
    headers.fields[name] = value  # past every check but the last one
    first, second = answers((200, "OK", headers), (200, "OK", headers.copy()))
    assert first == second
    assert first.startswith(
        ("Illegal characters (CR or LF, or other controls) in header X", "Invalid header name")
    )


@pytest.mark.parametrize(
    "fields",
    [
        {"Set-Cookie": "session=secret"},
        {"Connection": "close"},
        {"Content-Length": "4"},
        {"X": "b" * MAX_HEAD_LENGTH},
    ],
)
def test_some_heads_are_never_kept(answers, fields):
    (answer,) = answers((200, "OK", fields))
    assert answer.endswith(b"\r\n\r\nbody")
    assert not exchange_module._heads


def test_repeated_fields_go_out_one_by_one(answers):
    headers = HTTPHeaders(PLAIN)
    headers.add("Link", "</a>")
    headers.add("Link", "</b>")
    headers.add("Etag", '"1"')
    headers.add("Etag", '"2"')
    (answer,) = answers((200, "OK", headers))
    assert b"\r\nLink: </a>\r\nLink: </b>\r\n" in answer
    assert b'\r\nEtag: "1"\r\nEtag: "2"\r\n' in answer


def test_what_comes_after_the_beginning_is_composed_anew(answers):
    cookie = {**COMMON, "Set-Cookie": "a=b", "X-Id": "2"}
    first, second, closing = answers(
        (200, "OK", {**COMMON, "X-Id": "1"}),
        (200, "OK", cookie),
        (200, "OK", {**COMMON, "X-Id": "3", "Connection": "close"}),
    )
    assert b"\r\nX-Id: 1\r\n" in first
    assert b"\r\nSet-Cookie: a=b\r\nX-Id: 2\r\n" in second
    assert b"\r\nX-Id: 3\r\nConnection: close\r\n" in closing
    assert [key[2] for key in exchange_module._heads] == [tuple(COMMON)]


@pytest.mark.parametrize(("name", "value"), [("X", "a\r\nY: b"), ("X\r\nY", "b"), ("X", "\u0416")])
def test_s14_what_is_wrong_after_a_cached_beginning_is_an_error(answers, name, value):
    headers = HTTPHeaders(COMMON)
    headers.fields[name] = value  # past every check but the last one
    known, error = answers((200, "OK", COMMON), (200, "OK", headers))
    assert known.endswith(b"\r\n\r\nbody")
    assert error.startswith(
        ("Illegal characters (CR or LF, or other controls) in header X", "Invalid header name")
    )


@pytest.mark.parametrize(
    "value", ["a", "", " a ", "a\tb", "\xe9", "\xa0", "\x85", "\xad", b"bytes", 5, ["a", "b\tc"]]
)
def test_a_field_after_the_beginning_goes_out_as_it_does_in_it(answers, value):
    def fields(before, after):
        headers = HTTPHeaders(before)
        headers.fields["X-Own"] = value
        headers.fields.update(after)
        return headers

    early, late = answers(
        (200, "OK", fields({}, COMMON)), (200, "OK", fields(COMMON, {"Etag": '"1"'}))
    )
    texts = [
        each.decode("latin-1") if isinstance(each, bytes) else str(each)
        for each in (value if isinstance(value, list) else [value])
    ]
    lines = "".join(f"X-Own: {text}\r\n" for text in texts).encode("latin-1")
    assert early.startswith(b"HTTP/1.1 200 OK\r\n" + lines + b"Server: s\r\n")
    assert b"\r\nDate: now\r\n" + lines + b'Etag: "1"\r\nContent-Length: 4\r\n\r\n' in late


@pytest.mark.parametrize("name", ["X-Own", "Set-Cookie", "Etag"])
@pytest.mark.parametrize("value", ["a\r\nY: b", "a\n", "a\rb", "a\x0bb", "\x00", "\x7f", "\u2028"])
def test_s14_a_control_character_after_the_beginning_is_an_error(answers, name, value):
    headers = HTTPHeaders(COMMON)
    headers.fields["X-Before"] = "1"
    headers.fields[name] = value
    known, error = answers((200, "OK", COMMON), (200, "OK", headers))
    assert known.endswith(b"\r\n\r\nbody")
    assert error.startswith("Illegal characters (CR or LF, or other controls) in header")


def test_s10_the_names_that_are_kept_are_bounded():
    heads = ComposedHeads()
    for number in range(3 * _caches.MAX_LINES):
        name = f"X-{number}"
        assert heads.compose(200, "OK", {**COMMON, name: "v"}).endswith(f"{name}: v\r\n")
    assert 0 < len(_caches._line_starts) <= _caches.MAX_LINES


def test_s10_the_cache_is_bounded():
    heads = ComposedHeads()
    for number in range(3 * MAX_HEADS):
        assert heads.compose(200, "OK", {"X": str(number)})
    assert 0 < len(heads) <= MAX_HEADS
