from __future__ import annotations

import pytest

from tornado.httputil import (
    HTTPConnection,
    HTTPHeaders,
    HTTPMessageDelegate,
    HTTPServerConnectionDelegate,
    RequestStartLine,
)


def test_a_message_delegate_ignores_what_it_does_not_override():
    delegate = HTTPMessageDelegate()
    start = RequestStartLine("GET", "/", "HTTP/1.1")
    assert delegate.headers_received(start, HTTPHeaders()) is None
    assert delegate.data_received(b"x") is None
    delegate.finish()
    delegate.on_connection_close()
    HTTPServerConnectionDelegate().on_close(object())


@pytest.mark.parametrize(
    ("call", "missing"),
    [
        (lambda: HTTPServerConnectionDelegate().start_request(None, None), "start_request"),
        (lambda: HTTPConnection().write_headers(None, None), "write_headers"),
        (lambda: HTTPConnection().write(b""), "write"),
        (lambda: HTTPConnection().finish(), "finish"),
    ],
)
def test_what_must_be_overridden_says_so(call, missing):
    with pytest.raises(NotImplementedError, match=missing):
        call()


class Recorder(HTTPConnection):
    """Keep what is sent."""

    def __init__(self) -> None:
        self.sent = []

    def write_headers(self, start_line, headers, chunk=None):
        self.sent.append((start_line.code, start_line.reason, dict(headers), chunk))

    def finish(self):
        self.sent.append("end")


@pytest.mark.parametrize(
    ("code", "given", "sent"),
    [
        (200, {}, {"Content-Length": "5"}),
        (200, {"Content-Length": "7"}, {"Content-Length": "7"}),
        (200, {"Transfer-Encoding": "chunked"}, {"Transfer-Encoding": "chunked"}),
        (204, {}, {}),
        (304, {}, {}),
        (101, {}, {}),
    ],
)
def test_a_whole_response_says_how_long_it_is_unless_something_else_does(code, given, sent):
    connection = Recorder()
    connection.respond(code, "Reason", HTTPHeaders(given), b"hello")
    assert connection.sent == [(code, "Reason", sent, b"hello"), "end"]
