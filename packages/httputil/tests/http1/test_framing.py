"""How long a body is, asked of the public functions (S1, S2, S3)."""

from __future__ import annotations

import pytest

from tornado import http1connection
from tornado.httputil import HTTPHeaders, HTTPInputError


@pytest.mark.parametrize(
    ("fields", "chunked"),
    [
        ([], False),
        ([("Content-Length", "3")], False),
        ([("Transfer-Encoding", "chunked")], True),
        ([("transfer-encoding", "Chunked")], True),
    ],
)
def test_a_body_comes_in_chunks_if_its_coding_says_so(
    fields: list[tuple[str, str]], chunked: bool
) -> None:
    assert http1connection.is_transfer_encoding_chunked(HTTPHeaders(fields)) is chunked


@pytest.mark.parametrize(
    "fields",
    [
        [("Transfer-Encoding", "chunked"), ("Content-Length", "3")],
        [("Transfer-Encoding", "chunked"), ("Transfer-Encoding", "chunked")],
        [("Transfer-Encoding", "gzip")],
        [("Transfer-Encoding", "identity")],
        [("Transfer-Encoding", "")],
    ],
)
def test_s2_any_other_coding_is_an_error(fields: list[tuple[str, str]]) -> None:
    headers = HTTPHeaders()
    for name, value in fields:
        headers.add(name, value)
    with pytest.raises(HTTPInputError):
        http1connection.is_transfer_encoding_chunked(headers)


@pytest.mark.parametrize(
    ("text", "number"), [("0", 0), ("5", 5), ("007", 7), ("9" * 30, 10**30 - 1)]
)
def test_an_integer_is_digits(text: str, number: int) -> None:
    assert http1connection.parse_int(text) == number


@pytest.mark.parametrize(
    "text", ["", "+5", "-5", " 5", "5 ", "5_0", "0x5", "\u0665", "\u00b2", "5\n"]
)
def test_s1_an_integer_is_nothing_but_digits(text: str) -> None:
    with pytest.raises(ValueError, match="not an integer"):
        http1connection.parse_int(text)


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("ff", 255), ("FF", 255), ("0a", 10)])
def test_a_hexadecimal_integer_is_its_digits(text: str, number: int) -> None:
    assert http1connection.parse_hex_int(text) == number


@pytest.mark.parametrize("text", ["", "+5", "-5", " 5", "5 ", "5_0", "0x5", "g", "\u0665", "5\n"])
def test_s3_a_hexadecimal_integer_is_nothing_but_its_digits(text: str) -> None:
    with pytest.raises(ValueError, match="not a hexadecimal integer"):
        http1connection.parse_hex_int(text)
