"""Small files, with all that is sent about them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tornado.httputil import format_timestamp

if TYPE_CHECKING:
    from datetime import datetime

    from tornado.httputil import HTTPHeaders


class RememberedFile:
    """The content of a file, and its description."""

    __slots__ = ("_fields", "content", "content_type", "etag", "modified")

    def __init__(
        self, content: bytes, etag: str | None, modified: datetime, content_type: str
    ) -> None:
        self.content = content
        self.etag = etag
        self.modified = modified
        self.content_type = content_type
        self._fields = [
            ("Accept-Ranges", "bytes"),
            ("Last-Modified", format_timestamp(modified)),
            ("Content-Type", content_type),
        ]
        if etag is not None:
            self._fields.append(("Etag", etag))

    def describe(self, headers: HTTPHeaders) -> None:
        """Set the fields of a response that describe its body."""
        for name, value in self._fields:
            headers[name] = value
