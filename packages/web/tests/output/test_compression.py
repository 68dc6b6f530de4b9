"""Compressed responses."""

from __future__ import annotations

import gzip
import time
import zlib
from collections.abc import Callable
from typing import Any

import pytest

from tornado.httputil import HTTPHeaders, HTTPServerRequest, RequestStartLine
from tornado.web import (
    Application,
    ChunkedTransferEncoding,
    GZipContentEncoding,
    OutputTransform,
    RequestHandler,
)
from tornado.web._input._accept_encoding import preferred_coding

MakeSite = Callable[..., Any]
TEXT = "hello, world; " * 500


class Text(RequestHandler):
    def get(self) -> None:
        self.set_header("Content-Type", self.get_argument("type", "text/plain"))
        self.write(TEXT)


def decode(coding: str | None, body: bytes) -> bytes:
    if coding == "gzip":
        return gzip.decompress(body)
    if coding == "br":
        import brotli

        return bytes(brotli.decompress(body))
    if coding == "zstd":
        from backports import zstd

        return zstd.decompress(body)
    return body


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip", "gzip"),
        ("br", "br"),
        ("zstd", "zstd"),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip;q=1.0, br;q=0.9", "gzip"),
        ("deflate", None),
        ("gzip;q=0", None),
        ("identity", None),
        ("", None),
        ("*", "br"),
        ("*;q=0.5, gzip", "gzip"),
    ],
)
def test_the_client_chooses_the_coding(site: MakeSite, accepted: str, coding: str | None) -> None:
    answer = site([("/", Text)], compress_response=True).fetch(
        "/", headers={"Accept-Encoding": accepted}
    )
    assert answer.headers["Content-Encoding"] == coding
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert answer.headers["Content-Length"] == str(len(answer.body))
    assert decode(coding, answer.body).decode() == TEXT
    assert len(answer.body) < 500 or coding is None


@pytest.mark.parametrize(
    ("field", "offered", "chosen"),
    [
        (None, ["gzip"], None),
        ("gzip", [], None),
        ("GZIP", ["gzip"], "gzip"),
        ("x-gzip", ["gzip"], "gzip"),
        ("gzip;q=0.001", ["gzip"], "gzip"),
        ("gzip;q=0.0001", ["gzip"], None),
        ("gzip;q=2", ["gzip"], None),
        ("gzip;level=9", ["gzip"], None),
        ("identity, gzip;q=0.5", ["gzip"], None),
        ("gzip;q=0.5, identity;q=0.1", ["gzip"], "gzip"),
        ("br, *;q=0", ["gzip", "br"], "br"),
        (" gzip ;  q=0.8 , br ; q=0.8", ["br", "gzip"], "br"),
        (",,;;gzip", ["gzip"], None),
    ],
)
def test_accept_encoding_is_read_with_its_weights(
    field: str | None, offered: list[str], chosen: str | None
) -> None:
    assert preferred_coding(field, offered) == chosen


def test_s10_accept_encoding_costs_linear_time() -> None:
    for hostile in ("a" * 10**6, "," * 10**6, " " * 10**6 + ";", "gzip;q=" + "0" * 10**6):
        began = time.process_time()
        assert preferred_coding(hostile, ["gzip"]) is None
        assert time.process_time() - began < 2  # quadratic code takes minutes


@pytest.mark.parametrize("setting", ["compress_response", "gzip"])
def test_both_names_of_the_setting_compress(site: MakeSite, setting: str) -> None:
    running = site([("/", Text)], **{setting: True})
    assert running.application.transforms == [GZipContentEncoding]
    answer = running.fetch("/", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert site([("/", Text)]).fetch("/", headers={"Accept-Encoding": "gzip"}).text == TEXT


@pytest.mark.parametrize(
    ("content_type", "compressed"),
    [
        ("text/html; charset=UTF-8", True),
        ("application/json", True),
        ("image/svg+xml", True),
        ("image/png", False),
        ("application/octet-stream", False),
        ("TEXT/PLAIN", True),
    ],
)
def test_texts_are_compressed(site: MakeSite, content_type: str, compressed: bool) -> None:
    from urllib.parse import quote

    answer = site([("/", Text)], compress_response=True).fetch(
        f"/?type={quote(content_type)}", headers={"Accept-Encoding": "gzip"}
    )
    assert (answer.headers["Content-Encoding"] == "gzip") is compressed
    assert (answer.headers["Vary"] == "Accept-Encoding") is compressed


def test_what_is_not_compressed(site: MakeSite) -> None:
    class Case(RequestHandler):
        def get(self, case: str) -> None:
            if case == "short":
                self.write("x" * 1023)
            elif case == "coded":
                self.set_header("Content-Encoding", "x-own")
                self.write(TEXT)
            elif case == "fixed":
                self.set_header("Cache-Control", "no-transform")
                self.write(TEXT)
            elif case == "nothing":
                self.set_status(204)
            elif case == "part":
                self.set_status(206)
                self.write(TEXT)

    running = site([("/(.*)", Case)], compress_response=True)
    for case in ("short", "coded", "fixed", "nothing", "part"):
        answer = running.fetch(f"/{case}", headers={"Accept-Encoding": "gzip"})
        assert answer.headers["Content-Encoding"] in (None, "x-own"), case


def test_a_strong_validator_becomes_weak_and_still_matches(site: MakeSite) -> None:
    running = site([("/", Text)], compress_response=True)
    plain = running.fetch("/").headers["Etag"]
    coded = running.fetch("/", headers={"Accept-Encoding": "gzip"}).headers["Etag"]
    assert coded == f"W/{plain}"
    for etag in (plain, coded):
        headers = {"Accept-Encoding": "gzip", "If-None-Match": etag}
        assert running.fetch("/", headers=headers).status == 304


@pytest.mark.parametrize("coding", ["gzip", "br", "zstd"])
def test_every_flushed_chunk_can_be_decoded_at_once(site: MakeSite, coding: str) -> None:
    import http.client

    class Streaming(RequestHandler):
        async def get(self) -> None:
            for _ in range(3):
                self.write("piece " * 10)
                await self.flush()

    running = site([("/", Streaming)], compress_response=True)
    connection = http.client.HTTPConnection("127.0.0.1", running.port, timeout=10)
    connection.request("GET", "/", headers={"Accept-Encoding": coding})
    response = connection.getresponse()
    assert response.headers["Content-Encoding"] == coding
    assert response.headers["Content-Length"] is None
    if coding == "gzip":
        decoder = zlib.decompressobj(16 + zlib.MAX_WBITS)
        assert decoder.decompress(response.read1()) == b"piece " * 10
        assert decoder.decompress(response.read()) + decoder.flush() == b"piece " * 20
    else:
        assert decode(coding, response.read()) == b"piece " * 30
    connection.close()


def test_the_attributes_change_what_is_compressed(
    site: MakeSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(GZipContentEncoding, "MIN_LENGTH", 10**6)
    running = site([("/", Text)], compress_response=True)
    assert running.fetch("/", headers={"Accept-Encoding": "gzip"}).text == TEXT
    monkeypatch.setattr(GZipContentEncoding, "MIN_LENGTH", 10)
    monkeypatch.setattr(GZipContentEncoding, "CODINGS", ("gzip",))
    answer = running.fetch("/", headers={"Accept-Encoding": "br, gzip;q=0.1"})
    assert answer.headers["Content-Encoding"] == "gzip"
    monkeypatch.setattr(GZipContentEncoding, "GZIP_LEVEL", 1)
    fast = running.fetch("/", headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(fast.body).decode() == TEXT
    monkeypatch.setattr(GZipContentEncoding, "CONTENT_TYPES", {"image/png"})
    answer = running.fetch("/?type=image/png", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"


def test_transforms_are_applied_in_their_order(site: MakeSite) -> None:
    class Upper(OutputTransform):
        def transform_first_chunk(
            self, status_code: int, headers: Any, chunk: bytes, finishing: bool
        ) -> Any:
            headers["X-Upper"] = "yes"
            return 203, headers, chunk.upper()

        def transform_chunk(self, chunk: bytes, finishing: bool) -> bytes:
            return chunk.upper() + (b"!" if finishing else b"")

    class Brackets(OutputTransform):
        def transform_first_chunk(
            self, status_code: int, headers: Any, chunk: bytes, finishing: bool
        ) -> Any:
            return status_code, headers, b"<a>" + chunk

    class Streaming(RequestHandler):
        async def get(self) -> None:
            self.write("one ")
            await self.flush()
            self.write("two")

    class Whole(RequestHandler):
        def get(self) -> None:
            self.write("whole")

    running = site(
        [("/s", Streaming), ("/w", Whole)],
        transforms=[ChunkedTransferEncoding, Upper, OutputTransform],
    )
    running.application.add_transform(Brackets)
    streamed = running.fetch("/s")
    assert (streamed.status, streamed.headers["X-Upper"]) == (203, "yes")
    assert streamed.body == b"<a>ONE TWO!"
    assert running.fetch("/w").body == b"<a>WHOLE"


def test_codings_without_a_package_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    from tornado.web._output import _coders

    def missing(name: str) -> Any:
        raise ImportError(name)

    _coders._implementation.cache_clear()
    monkeypatch.setattr(_coders, "import_module", missing)
    try:
        assert [name for name in ("br", "zstd", "gzip") if _coders.is_available(name)] == ["gzip"]
        with pytest.raises(LookupError, match="'br'"):
            _coders.make_coder("br", 6)
    finally:
        _coders._implementation.cache_clear()


@pytest.mark.parametrize("kind", [OutputTransform, ChunkedTransferEncoding])
def test_a_transform_that_changes_nothing(kind: Any) -> None:
    headers = HTTPHeaders({"A": "b"})
    transform = kind(made_request())
    first = transform.transform_first_chunk(200, headers, b"first", False)
    assert first == (200, headers, b"first")
    assert transform.transform_chunk(b"last", True) == b"last"


def test_compression_works_in_chunks() -> None:
    transform = GZipContentEncoding(made_request())
    headers = HTTPHeaders({"Content-Type": "text/plain"})
    status, headers, first = transform.transform_first_chunk(200, headers, b"a" * 2000, False)
    body = first + transform.transform_chunk(b"bc", False) + transform.transform_chunk(b"d", True)
    assert (status, headers["Content-Encoding"]) == (200, "gzip")
    assert gzip.decompress(body) == b"a" * 2000 + b"bcd"


def test_a_transform_of_an_application_is_added_after_the_others() -> None:
    application = Application(transforms=[GZipContentEncoding])
    application.add_transform(OutputTransform)
    assert application.transforms == [GZipContentEncoding, OutputTransform]


def made_request() -> HTTPServerRequest:
    fields = HTTPHeaders({"Host": "x", "Accept-Encoding": "gzip"})
    return HTTPServerRequest(start_line=RequestStartLine("GET", "/", "HTTP/1.1"), headers=fields)
