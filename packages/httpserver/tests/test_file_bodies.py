"""Bodies that come out of files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import IO, Any

import pytest

from tornado.httputil import (
    HTTPHeaders,
    HTTPOutputError,
    HTTPServerRequest,
    ResponseStartLine,
)

CONTENT = bytes(range(256)) * 8192


@pytest.fixture
def file(tmp_path: Any) -> Iterator[IO[bytes]]:
    path = tmp_path / "content"
    path.write_bytes(CONTENT)
    with open(path, "rb") as opened:
        yield opened


def answer(
    file: IO[bytes], length: int | None, *slices: tuple[int, int]
) -> Callable[[HTTPServerRequest], None]:
    def handle(request: HTTPServerRequest) -> None:
        connection: Any = request.connection
        fields = {} if length is None else {"Content-Length": str(length)}
        connection.write_headers(ResponseStartLine("", 200, "OK"), HTTPHeaders(fields))
        for offset, count in slices:
            connection.write_file(file, offset, count)
        connection.finish()

    return handle


def test_a_slice_of_a_file_is_a_body(serve: Callable[..., Any], file: IO[bytes]) -> None:
    running = serve(answer(file, len(CONTENT) - 5, (5, len(CONTENT) - 5)))
    client = running.connect()
    for _ in range(2):  # the connection goes on after it
        client.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert client.read_response()[2] == CONTENT[5:]


def test_slices_are_chunks_where_no_length_was_announced(
    serve: Callable[..., Any], file: IO[bytes]
) -> None:
    client = serve(answer(file, None, (0, 3), (7, 0), (256, 2))).connect()
    client.send(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    body = client.read_until_close().partition(b"\r\n\r\n")[2]
    assert body == b"3\r\n\x00\x01\x02\r\n2\r\n\x00\x01\r\n0\r\n\r\n"


def test_a_head_request_gets_no_bytes_of_the_file(
    serve: Callable[..., Any], file: IO[bytes]
) -> None:
    client = serve(answer(file, 10, (0, 10))).connect()
    client.send(b"HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    head, _, body = client.read_until_close().partition(b"\r\n\r\n")
    assert b"Content-Length: 10" in head
    assert body == b""


def test_more_than_was_announced_closes_the_connection(
    serve: Callable[..., Any], file: IO[bytes]
) -> None:
    raised: list[Exception] = []
    inner = answer(file, 4, (0, 5))

    def handle(request: HTTPServerRequest) -> None:
        with pytest.raises(HTTPOutputError, match="more data than Content-Length") as caught:
            inner(request)
        raised.append(caught.value)

    running = serve(handle)
    assert running.exchange(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").endswith(b"\r\n\r\n")
    running.call(lambda: None)  # the loop has left the handler
    assert raised
