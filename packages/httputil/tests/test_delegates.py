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
