"""The classic form of a response: the program writes head and body as one run of bytes.

A modern connection frames what it sends, so it needs the head in parts. Here the head is parsed
again; lengths, chunks and keep-alive are left to the connection.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tornado.util import shortened

from ._errors import HTTPInputError, HTTPOutputError
from ._fields._headers import HTTPHeaders
from ._start_lines import parse_response_start_line

if TYPE_CHECKING:
    from asyncio import Future

    from ._delegates import HTTPConnection
    from ._start_lines import ResponseStartLine

_STATUS_LINE = b"HTTP/"


class ClassicAnswer:
    """A response that a program writes as raw bytes, sent through a connection.

    A program that sent the head by ``connection.write_headers`` may write its body here.
    """

    def __init__(self, connection: HTTPConnection) -> None:
        self._connection = connection
        self._head = b""
        self._is_body = False

    def continues_head(self, chunk: bytes) -> bool:
        """Return whether some bytes can be the next ones of a head."""
        head = self._head + chunk
        return head[:5] == _STATUS_LINE[: len(head)]

    def write(self, chunk: bytes) -> Future[None]:
        """Send some bytes; those of an incomplete head are kept until the rest of it comes.

        :raises HTTPOutputError: they are not the head of a response.
        """
        if self._is_body:
            return self._connection.write(chunk)
        head = self._head + chunk
        if not self.continues_head(chunk):
            self._is_body = True
            return self._connection.write(head)
        head, end, rest = head.partition(b"\r\n\r\n")
        if not end:
            self._head = head
            return _done()
        self._is_body = True
        start_line, headers = _parse(head)
        return self._connection.write_headers(start_line, headers, rest or None)

    def finish(self) -> None:
        """End the response.

        :raises HTTPOutputError: not even its head is complete.
        """
        if self._head and not self._is_body:
            raise HTTPOutputError(f"the response ends in its head: {shortened(self._head)}")
        self._connection.finish()


def _parse(head: bytes) -> tuple[ResponseStartLine, HTTPHeaders]:
    line, _, block = head.decode("latin-1").partition("\r\n")
    try:
        return parse_response_start_line(line), HTTPHeaders.parse(block)
    except HTTPInputError as error:
        raise HTTPOutputError(f"bad head of a response: {error}") from error


def _done() -> Future[None]:
    from asyncio import get_running_loop

    future: Future[None] = get_running_loop().create_future()
    future.set_result(None)
    return future
