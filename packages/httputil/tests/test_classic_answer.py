from __future__ import annotations

import asyncio

import pytest

from tornado.httputil import (
    HTTPConnection,
    HTTPHeaders,
    HTTPOutputError,
    HTTPServerRequest,
    RequestStartLine,
)


class Recorder(HTTPConnection):
    """Keep what is sent."""

    def __init__(self) -> None:
        self.sent = []

    def write_headers(self, start_line, headers, chunk=None):
        self.sent.append((tuple(start_line), list(headers.get_all()), chunk))
        return self.done()

    def write(self, chunk):
        self.sent.append(chunk)
        return self.done()

    def finish(self):
        self.sent.append("end")

    def done(self):
        future = asyncio.get_running_loop().create_future()
        future.set_result(None)
        return future


def answered(*pieces, finish=True):
    async def main():
        connection = Recorder()
        request = HTTPServerRequest(
            start_line=RequestStartLine("GET", "/", "HTTP/1.1"),
            headers=HTTPHeaders(),
            connection=connection,
        )
        for piece in pieces:
            await request.write(piece)
        if finish:
            request.finish()
        return connection.sent

    return asyncio.run(main())


ANSWER = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nSet-Cookie: a\r\nSet-Cookie: b\r\n\r\nhello"
HEAD = (
    ("HTTP/1.1", 200, "OK"),
    [("Content-Length", "5"), ("Set-Cookie", "a"), ("Set-Cookie", "b")],
)


def test_an_answer_in_one_piece_is_taken_apart():
    assert answered(ANSWER) == [(*HEAD, b"hello"), "end"]
    assert answered(ANSWER[:-5]) == [(*HEAD, None), "end"]


@pytest.mark.parametrize("at", range(1, len(ANSWER)))
def test_the_way_an_answer_is_cut_changes_nothing_the_client_sees(at):
    head, *pieces, end = answered(ANSWER[:at], ANSWER[at:].encode())
    assert head[:2] == HEAD
    assert b"".join([head[2] or b"", *pieces]) == b"hello"
    assert end == "end"


def test_a_body_without_a_head_goes_to_the_connection():
    assert answered(b"H", b"ello", b" there") == [b"Hello", b" there", "end"]


@pytest.mark.parametrize(
    "answer",
    [
        "HTTP/1.1 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        "HTTP/1.1 200 OK\r\na: b\rc\r\n\r\n",
    ],
)
def test_a_malformed_head_is_our_own_mistake(answer):
    with pytest.raises(HTTPOutputError, match="bad head of a response"):
        answered(answer)


def test_an_answer_that_ends_in_its_head_is_our_own_mistake():
    with pytest.raises(HTTPOutputError, match="ends in its head"):
        answered("HTTP/1.1 200 OK\r\n")
