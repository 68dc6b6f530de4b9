"""Bodies made of values: JSON, urlencoded forms, multipart forms (RFC 7578)."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlencode

from tornado.escape import json_encode, utf8

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_CONTENT_TYPE = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+/[\t\x20-\x7e]+")


class FormFile(NamedTuple):
    """A file in a multipart form.

    :param filename: the name that the server is told.
    :param body: the content.
    :param content_type: its type.

    .. versionadded:: 1.0
    """

    filename: str
    body: bytes
    content_type: str = "application/octet-stream"


def encode_body(
    json: object,
    form: Mapping[str, str | bytes | list[str]] | None,
    files: Mapping[str, FormFile] | None,
) -> tuple[str, bytes]:
    """Return the content type and the bytes of a body.

    :raises ValueError: there are both JSON and a form, or the type of a file is no media type.
    """
    if json is not None:
        if form is not None or files is not None:
            raise ValueError("a body is either json or a form")
        return "application/json", utf8(json_encode(json))
    if files is None:
        return "application/x-www-form-urlencoded", utf8(urlencode(form or {}, doseq=True))
    boundary = os.urandom(16).hex()
    body = b"".join(_parts(utf8(boundary), form or {}, files))
    return f"multipart/form-data; boundary={boundary}", body


def _parts(
    boundary: bytes, form: Mapping[str, str | bytes | list[str]], files: Mapping[str, FormFile]
) -> Iterator[bytes]:
    for name, value in form.items():
        for each in value if isinstance(value, list) else [value]:
            yield b'--%b\r\nContent-Disposition: form-data; name="%b"\r\n\r\n%b\r\n' % (
                boundary,
                _quoted(name),
                utf8(each),
            )
    for name, file in files.items():
        if _CONTENT_TYPE.fullmatch(file.content_type) is None:
            raise ValueError(f"bad content type {file.content_type!r} of the file {name!r}")
        yield (
            b'--%b\r\nContent-Disposition: form-data; name="%b"; filename="%b"\r\n'
            b"Content-Type: %b\r\n\r\n%b\r\n"
            % (boundary, _quoted(name), _quoted(file.filename), utf8(file.content_type), file.body)
        )
    yield b"--%b--\r\n" % boundary


def _quoted(name: str) -> bytes:
    """Escape a name as browsers do: it cannot end its quotes or its line."""
    return utf8(name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A"))
