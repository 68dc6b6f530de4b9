"""Heads and trailers, read from the lines that libcurl passes on."""

from __future__ import annotations

from typing import NamedTuple

from tornado.httpclient._errors import HTTPProtocolError
from tornado.httputil import HTTPHeaders, ResponseStartLine

#: The line after a head.
EMPTY_LINES = (b"\r\n", b"\n")

#: Fields that say where the body ends.
_FRAMING = ("content-length", "transfer-encoding")

_NO_CONTENT = 204
_NOT_MODIFIED = 304

#: Interim responses before a final one; more are an attack.
_MAX_INTERIM = 10


class Head(NamedTuple):
    """A final head, with the size of the body that it announces; None if it announces none."""

    start_line: ResponseStartLine
    headers: HTTPHeaders
    length: int | None


class HeadReader:
    """The reader of the lines of one transfer.

    A transfer has one final head, and maybe trailers after its body. It has more than one head if
    libcurl answers a response by itself: the challenge of a proxy, or a redirect that a
    ``prepare_curl_callback`` lets it follow. Then a new head is only taken after a new request, so
    that a trailer is not mistaken for one. A libcurl before 7.80 does not report its requests; there
    a line that looks like a status line begins a new head.

    :param may_continue: whether libcurl may send more than one request.
    """

    def __init__(self, method: str, *, may_continue: bool) -> None:
        #: The lines of a head, or of trailers, that are not complete.
        self.lines: list[bytes] = []
        #: Whether the next line is one of a head.
        self.expects_head = True
        self._method = method
        self._may_continue = may_continue
        self._knows_requests = False
        self._interim = 0

    def expect_head(self) -> None:
        """Called when a request is sent."""
        self._knows_requests = True
        self.expects_head = True
        self._interim = 0
        self.lines = []

    def take_line(self, octets: bytes) -> Head | None:
        """Take a line, and return the final head that it completes.

        :raises HTTPProtocolError: the head is not acceptable.
        :raises HTTPInputError: one of its fields is not acceptable.
        """
        if octets.strip(b"\r\n"):
            if not self.expects_head and self._is_new_head(octets):
                self.expects_head = True
                self.lines = []
            self.lines.append(octets)
            return None
        if not self.expects_head:
            return None  # the end of the trailers
        lines, self.lines = self.lines, []
        if not lines:
            raise HTTPProtocolError("an empty line instead of a status line")
        lines.append(octets)
        return self._read(_text(lines))

    def take_lines(self) -> Head | None:
        """Take the final head from ``lines``, and leave what follows it there.

        For transfers whose lines are only collected: they are looked at when the body begins.

        :returns: None if the head is not complete.
        :raises HTTPProtocolError: a head is not acceptable.
        :raises HTTPInputError: one of its fields is not acceptable.
        """
        lines = self.lines
        while True:
            end = next((lines.index(empty) for empty in EMPTY_LINES if empty in lines), None)
            if end is None:
                return None
            head_lines = lines[: end + 1]
            del lines[: end + 1]
            if not end:
                raise HTTPProtocolError("an empty line instead of a status line")
            head = self._read(_text(head_lines))
            if head is not None:
                return head

    def read_trailers(self) -> HTTPHeaders:
        """Return the fields after the body.

        :raises HTTPInputError: one of them is not acceptable.
        """
        return HTTPHeaders.parse(_text(self.lines))

    def _is_new_head(self, octets: bytes) -> bool:
        return self._may_continue and not self._knows_requests and octets.startswith(b"HTTP/")

    def _read(self, text: str) -> Head | None:
        if "\n " in text or "\n\t" in text:
            text = _unfold(text)
        status, _, fields = text.partition("\n")
        version, code, *reason = [*status.rstrip("\r\n").split(" ", 2), ""]
        if len(code) != 3 or not (code.isascii() and code.isdigit()):
            raise HTTPProtocolError(f"bad status line {status[:60]!a}")
        if code[0] == "1":
            self._interim += 1
            if self._interim > _MAX_INTERIM or code == "101":
                raise HTTPProtocolError(f"Too many 1xx responses, or a wrong one: {code}")
            return None
        self.expects_head = False
        headers = HTTPHeaders.parse(fields)
        start_line = ResponseStartLine(version, int(code), reason[0])
        if self._method == "HEAD" or start_line.code == _NOT_MODIFIED:
            return Head(start_line, headers, None)
        length = _length(headers)
        if start_line.code == _NO_CONTENT and (length or "Transfer-Encoding" in headers):
            raise HTTPProtocolError("Response with code 204 should not have body")
        return Head(start_line, headers, length)


def _text(lines: list[bytes]) -> str:
    """Return lines as text.

    libcurl takes an LF for the end of a line, but another reader may not.

    :raises HTTPProtocolError: a line ends in LF alone.
    """
    octets = b"".join(lines)
    if octets.count(b"\n") != octets.count(b"\r\n"):
        line = next(line for line in lines if not line.endswith(b"\r\n"))
        raise HTTPProtocolError(f"a line that ends in LF alone: {line[:60]!a}")
    return octets.decode("latin-1")


def _unfold(text: str) -> str:
    """Return a head with each fold replaced by a space (RFC 9112 section 5.2).

    libcurl does this from 8.17 on. Earlier ones pass on the lines as they came, and do not notice a
    fold in a field that frames the body.

    :raises HTTPProtocolError: it is such a field, or the fold is right after the status line.
    """
    status, *lines = [line.removesuffix("\r") for line in text.removesuffix("\n").split("\n")]
    fields: list[list[str]] = []
    for line in lines:
        if not line.startswith((" ", "\t")):
            fields.append([line.rstrip(" \t")])
        elif not fields or fields[-1][0].lower().startswith(_FRAMING):
            raise HTTPProtocolError(f"folded header line {line[:60]!a}")
        else:
            fields[-1].append(line.strip(" \t"))
    return "\r\n".join([status, *[" ".join(filter(None, field)) for field in fields], ""])


def _length(headers: HTTPHeaders) -> int | None:
    """Return the length of a body according to its fields; None if they do not say it.

    libcurl frames the body. Fields that two readers may understand differently are refused here,
    because versions of libcurl differ as well.
    """
    value: str | None = headers.get("Content-Length")
    if "Transfer-Encoding" in headers:
        if value is not None:
            raise HTTPProtocolError("Message with both Transfer-Encoding and Content-Length")
        if len(headers.get_list("Transfer-Encoding")) > 1:
            raise HTTPProtocolError("more than one Transfer-Encoding field")
        return None
    if value is None:
        return None
    if "," in value:
        first, *others = [each.strip(" \t") for each in value.split(",")]
        if any(other != first for other in others):
            raise HTTPProtocolError(f"Multiple unequal Content-Lengths: {value[:60]!a}")
        value = first
    if not (value.isascii() and value.isdigit() and len(value) < 20):
        raise HTTPProtocolError(f"Only integer Content-Length is allowed: {value[:60]!a}")
    return int(value)
