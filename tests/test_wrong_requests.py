"""A request that breaks the grammar is refused and closed, and the next connection works."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from programs import PATIENCE, running, unused_port, write_program

PROGRAM = """\
import asyncio, sys
import tornado.web

class Echo(tornado.web.RequestHandler):
    def get(self):
        self.write("fine")

    def post(self):
        self.write("%d bytes" % len(self.request.body))

async def main():
    tornado.web.Application([("/", Echo)]).listen(int(sys.argv[1]), address="127.0.0.1")
    await asyncio.Event().wait()

asyncio.run(main())
"""

POST = b"POST / HTTP/1.1\r\nHost: x\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"

WRONG = {
    "method-is-no-token": b"G(ET / HTTP/1.1\r\nHost: x\r\n\r\n",
    "no-version": b"GET /\r\nHost: x\r\n\r\n",
    "both-lengths": POST + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "two-lengths": POST + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
    "signed-length": POST + b"Content-Length: +3\r\n\r\nabc",
    "control-character": b"GET / HTTP/1.1\r\nHost: x\r\nX-Odd: a\x00b\r\n\r\n",
    "space-before-colon": b"GET / HTTP/1.1\r\nHost : x\r\n\r\n",
    "folded-line": b"GET / HTTP/1.1\r\nHost: x\r\nX-A: b\r\n c\r\n\r\n",
    "long-line": b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * 100_000 + b"\r\n\r\n",
    "chunk-size-is-no-number": CHUNKED + b"0x5\r\nhello\r\n0\r\n\r\n",
    "chunk-without-end": CHUNKED + b"5\r\nhelloXX0\r\n\r\n",
    "two-hosts": b"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
    "no-host": b"GET / HTTP/1.1\r\n\r\n",
    "empty-host": b"GET / HTTP/1.1\r\nHost:\r\n\r\n",
    "octets-outside-ascii": b"GET /caf\xc3\xa9 HTTP/1.1\r\nHost: x\r\n\r\n",
    "extension-without-a-name": CHUNKED + b"5;\r\nhello\r\n0\r\n\r\n",
}


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    port = unused_port()
    script = write_program(tmp_path_factory.mktemp("server"), PROGRAM)
    with running(script, port, str(port)):
        yield port


def exchange(port: int, request: bytes, *, half_close: bool = False) -> bytes:
    """Send bytes and return everything that comes until the server closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        connection.sendall(request)
        if half_close:
            connection.shutdown(socket.SHUT_WR)
        answer = b""
        while piece := _receive(connection):
            answer += piece
        return answer


def _receive(connection: socket.socket) -> bytes:
    """A server that closes with unread bytes resets the connection; what came before counts."""
    try:
        return connection.recv(65536)
    except ConnectionResetError:
        return b""


def is_alive(port: int) -> bool:
    answer = exchange(port, b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    return answer.startswith(b"HTTP/1.1 200 OK") and answer.endswith(b"fine")


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_request_is_refused_and_the_next_connection_works(port: int, name: str) -> None:
    answer = exchange(port, WRONG[name])

    assert answer.split(b" ", 2)[:2] in ([b"HTTP/1.1", code] for code in (b"400", b"413", b"431"))
    assert answer.count(b"HTTP/1.1 ") == 1
    assert is_alive(port)


CUT = {
    "in-a-chunk": CHUNKED + b"a\r\nhell",
    "behind-a-chunk": CHUNKED + b"5\r\nhello",
    "between-chunks": CHUNKED + b"5\r\nhello\r\n",
    "before-the-last-line": CHUNKED + b"5\r\nhello\r\n0\r\n",
    "in-a-body-with-length": POST + b"Content-Length: 10\r\n\r\nhell",
    "in-the-head": b"GET / HTTP/1.1\r\nHost: x\r\n",
}


@pytest.mark.parametrize("where", CUT)
def test_a_request_that_is_cut_is_refused_and_does_not_reach_the_handler(
    port: int, where: str
) -> None:
    answer = exchange(port, CUT[where], half_close=True)

    assert answer.startswith(b"HTTP/1.1 400 ")
    assert answer.count(b"HTTP/1.1 ") == 1
    assert is_alive(port)


def test_requests_in_one_packet_are_answered_in_order(port: int) -> None:
    request = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" + POST + b"Content-Length: 4\r\n\r\nbody"
    last = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"

    bodies = [
        part.rpartition(b"\r\n\r\n")[2]
        for part in exchange(port, request + last).split(b"HTTP/1.1 ")
    ]

    assert bodies == [b"", b"fine", b"4 bytes", b"fine"]
