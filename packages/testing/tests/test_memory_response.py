"""What a client without sockets gives."""

from __future__ import annotations

from io import BytesIO

import pytest

from tornado.httpclient import HTTPRequest, HTTPResponse
from tornado.httputil import HTTPHeaders
from tornado.testing import MemoryResponse


def response(body: bytes, content_type: str | None = None, code: int = 200) -> MemoryResponse:
    headers = HTTPHeaders({} if content_type is None else {"Content-Type": content_type})
    plain = HTTPResponse(HTTPRequest("http://a/"), code, headers, BytesIO(body))
    return MemoryResponse.from_response(plain)


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        (b"caf\xc3\xa9", None, "café"),
        (b"caf\xc3\xa9", "text/html", "café"),
        (b"caf\xe9", "text/plain; charset=latin-1", "café"),
        (b"caf\xe9", 'text/plain; a=b; Charset="iso-8859-1"', "café"),
        (b"", "text/plain", ""),
    ],
)
def test_text_is_decoded_by_its_charset(body: bytes, content_type: str | None, text: str) -> None:
    assert response(body, content_type).text == text


def test_a_body_that_is_not_json_is_refused() -> None:
    assert response(b'[1, "a"]').json() == [1, "a"]
    with pytest.raises(ValueError, match="Expecting value"):
        response(b"<html>").json()


def test_a_response_stays_an_http_response() -> None:
    answer = response(b"", code=404)

    assert isinstance(answer, HTTPResponse)
    shown = "MemoryResponse(code=404, reason='Not Found', effective_url='http://a/')"
    assert repr(answer) == shown
    assert answer.error.response is answer
