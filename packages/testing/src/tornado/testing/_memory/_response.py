"""The responses of a client without sockets."""

from __future__ import annotations

from typing import Any, Self

from tornado.escape import json_decode
from tornado.httpclient import HTTPClientError, HTTPResponse


class MemoryResponse(HTTPResponse):
    """A :class:`tornado.httpclient.HTTPResponse` with properties that are handy in tests.

    .. versionadded:: 1.0
    """

    @classmethod
    def from_response(cls, response: HTTPResponse) -> Self:
        """Return a response of this class with the attributes of another one."""
        made = cls.__new__(cls)
        made.__dict__.update(response.__dict__)
        if made.has_error_status:
            made.error = HTTPClientError(made.code, message=made.reason, response=made)
        return made

    @property
    def status(self) -> int:
        """The status code, another name of ``code``."""
        return self.code

    @property
    def text(self) -> str:
        """The body as text, decoded with the charset of Content-Type, by default UTF-8."""
        return self.body.decode(self._charset())

    def json(self) -> Any:
        """Return the body, parsed as JSON.

        :raises ValueError: if it is not JSON.
        """
        return json_decode(self.body)

    def _charset(self) -> str:
        content_type = str(self.headers.get("Content-Type", ""))
        for parameter in content_type.split(";")[1:]:
            name, _, value = parameter.partition("=")
            if name.strip().lower() == "charset":
                return value.strip().strip("\"'")
        return "utf-8"
