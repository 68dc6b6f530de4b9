"""Compressed responses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._input._accept_encoding import preferred_coding
from ._coders import Coder, is_available, make_coder
from ._transforms import OutputTransform

if TYPE_CHECKING:
    from tornado.httputil import HTTPHeaders, HTTPServerRequest


class GZipContentEncoding(OutputTransform):
    """A transform that compresses responses: the setting ``compress_response``.

    Texts of at least :attr:`MIN_LENGTH` bytes are compressed with gzip, or with Brotli or Zstandard
    if a package for them is installed; the client chooses by the weights in ``Accept-Encoding``.

    A validator becomes a weak one, because the compressed body is not the same byte for byte.
    Parts of a file (206) are not compressed.

    Do not compress pages that show a secret together with something that a client has sent: the
    size would reveal the secret (BREACH). The XSRF token is safe, it is written differently each
    time.
    """

    #: Content types that are compressed besides ``text/*``.
    CONTENT_TYPES = {  # noqa: RUF012 - upstream's name and type: programs add to it
        "application/atom+xml",
        "application/javascript",
        "application/json",
        "application/manifest+json",
        "application/rss+xml",
        "application/wasm",
        "application/x-javascript",
        "application/xhtml+xml",
        "application/xml",
        "image/svg+xml",
    }
    #: The level of gzip, 1 to 9.
    GZIP_LEVEL = 6
    #: The shortest body, in bytes, that is compressed.
    MIN_LENGTH = 1024
    #: Content codings, in our order of preference; those without a package are skipped.
    CODINGS: tuple[str, ...] = ("br", "zstd", "gzip")

    _coder: Coder | None = None

    def __init__(self, request: HTTPServerRequest) -> None:
        super().__init__(request)
        self._wanted = request.headers.get("Accept-Encoding")
        self._is_head = request.method == "HEAD"

    def _compressible_type(self, ctype: str) -> bool:
        """Tell whether a content type is compressed; programs override this."""
        return ctype.startswith("text/") or ctype in self.CONTENT_TYPES

    def transform_first_chunk(
        self, status_code: int, headers: HTTPHeaders, chunk: bytes, finishing: bool
    ) -> tuple[int, HTTPHeaders, bytes]:
        """Choose the coding, and encode the first chunk."""
        self.is_active = False
        has_no_body = self._is_head and not chunk
        length = headers.get("Content-Length", "") if has_no_body else ""
        size = int(length) if length.isdigit() else len(chunk)
        if not self._is_compressible(status_code, headers, size, finishing):
            return status_code, headers, chunk
        _add_to_vary(headers, "Accept-Encoding")
        if has_no_body:
            return status_code, headers, chunk
        coding = preferred_coding(self._wanted, filter(is_available, self.CODINGS))
        if coding is None:
            return status_code, headers, chunk
        self.is_active = True
        self._coder = make_coder(coding, self.GZIP_LEVEL)
        headers["Content-Encoding"] = coding
        etag = headers.get("Etag")
        if etag is not None and not etag.startswith("W/"):
            headers["Etag"] = f"W/{etag}"
        if "Accept-Ranges" in headers:
            del headers["Accept-Ranges"]  # they would be ranges of another representation
        coded = self.transform_chunk(chunk, finishing)
        if finishing:
            headers["Content-Length"] = str(len(coded))
        elif "Content-Length" in headers:
            del headers["Content-Length"]
        return status_code, headers, coded

    def _is_compressible(
        self, status_code: int, headers: HTTPHeaders, size: int, finishing: bool
    ) -> bool:
        if status_code < 200 or status_code in (204, 206, 304) or "Content-Encoding" in headers:
            return False
        if finishing and size < self.MIN_LENGTH:
            return False
        if "no-transform" in headers.get("Cache-Control", ""):
            return False
        content_type = headers.get("Content-Type", "").partition(";")[0].strip().lower()
        return self._compressible_type(content_type)

    def transform_chunk(self, chunk: bytes, finishing: bool) -> bytes:
        """Encode another chunk."""
        if self._coder is None or not (chunk or finishing):
            return chunk
        return self._coder.encode(chunk, finishing)


def _add_to_vary(headers: HTTPHeaders, name: str) -> None:
    known = headers.get("Vary")
    if known is None:
        headers["Vary"] = name
    elif name.lower() not in known.lower() and known.strip() != "*":
        headers["Vary"] = f"{known}, {name}"
