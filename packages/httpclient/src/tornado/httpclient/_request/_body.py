"""Bodies made from values: JSON, urlencoded forms, multipart forms (RFC 7578)."""

from __future__ import annotations

import os
import re
from collections.abc import Collection
from mimetypes import guess_type
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple, TypeAlias
from urllib.parse import urlencode

from tornado.escape import json_encode, native_str, utf8
from tornado.httputil import TOKEN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

_CONTENT_TYPE = re.compile(rf"{TOKEN}/[\t\x20-\x7e]+")


class FormFile(NamedTuple):
    """A file in a multipart form.

    :param filename: the name that is sent to the server.
    :param body: the content: bytes, a file that is open for reading bytes, or a path.
    :param content_type: the media type of the content.

    .. versionadded:: 1.0
    """

    filename: str
    body: bytes | BinaryIO | os.PathLike[str]
    content_type: str = "application/octet-stream"


#: A file with a name of its own, or one that is sent with the name of what it is read from.
FileValue: TypeAlias = "FormFile | bytes | BinaryIO | os.PathLike[str]"


def encode_body(
    json: object,
    form: Mapping[str, Any] | None,
    files: Mapping[str, FileValue | Sequence[FileValue]] | None,
) -> tuple[str, bytes]:
    """Return the content type and the bytes of a body.

    :raises ValueError: there are both JSON and a form, or the type of a file is not a media type.
    :raises TypeError: a file is not one of the values that can be sent.
    :raises OSError: a file cannot be read.
    """
    if json is not None:
        if form is not None or files is not None:
            raise ValueError("a body is either json or a form")
        return "application/json", utf8(json_encode(json))
    fields = [(name, value) for name, given in (form or {}).items() for value in _values(given)]
    if files is None:
        return "application/x-www-form-urlencoded", utf8(urlencode(fields))
    boundary = os.urandom(16).hex()
    body = b"".join(_parts(utf8(boundary), fields, files))
    return f"multipart/form-data; boundary={boundary}", body


def _values(given: Any) -> Iterator[str | bytes]:
    """Yield the values of one field; what is neither text nor bytes is sent as `str` writes it."""
    is_one = isinstance(given, (str, bytes)) or not isinstance(given, Collection)
    for value in [given] if is_one else given:
        yield value if isinstance(value, (str, bytes)) else str(value)


def _parts(
    boundary: bytes,
    fields: Iterable[tuple[str, str | bytes]],
    files: Mapping[str, FileValue | Sequence[FileValue]],
) -> Iterator[bytes]:
    for name, value in fields:
        yield b'--%b\r\nContent-Disposition: form-data; name="%b"\r\n\r\n%b\r\n' % (
            boundary,
            _quoted(name),
            utf8(value),
        )
    for name, given in files.items():
        for file in _files(name, given):
            yield _file_part(boundary, name, _form_file(name, file))
    yield b"--%b--\r\n" % boundary


def _files(name: str, given: Any) -> Sequence[FileValue]:
    """Return the files of one field; a tuple that begins with a name is a single file."""
    is_named = isinstance(given, tuple) and bool(given) and isinstance(given[0], str)
    if isinstance(given, (list, tuple)) and not is_named:
        return given
    return [given]


def _file_part(boundary: bytes, name: str, file: FormFile) -> bytes:
    if _CONTENT_TYPE.fullmatch(file.content_type) is None:
        raise ValueError(f"bad content type {file.content_type!r} of the file {name!r}")
    return (
        b'--%b\r\nContent-Disposition: form-data; name="%b"; filename="%b"\r\n'
        b"Content-Type: %b\r\n\r\n%b\r\n"
        % (
            boundary,
            _quoted(name),
            _quoted(file.filename),
            utf8(file.content_type),
            _content(name, file.body),
        )
    )


def _form_file(name: str, value: Any) -> FormFile:
    """Return a file with the name and the type with which it is sent."""
    if isinstance(value, tuple):
        return FormFile(*value)
    path = value if isinstance(value, os.PathLike) else getattr(value, "name", None)
    if isinstance(path, (str, os.PathLike)):
        filename = os.path.basename(os.fspath(path))
        content_type = guess_type(filename)[0] or "application/octet-stream"
        return FormFile(filename, value, content_type)
    return FormFile(name, value)


def _content(name: str, body: Any) -> bytes:
    if isinstance(body, os.PathLike):
        with open(body, "rb") as file:
            return file.read()
    read = getattr(body, "read", None)
    content = body if read is None else read()
    if isinstance(content, (bytes, bytearray, memoryview)):
        return bytes(content)
    if read is not None:
        raise TypeError(f'the file {name!r} gives {type(content).__name__}: open it with "rb"')
    raise TypeError(
        f"the file {name!r} is bytes, an open file, a pathlib.Path or a FormFile, not {body!r:.60}"
    )


def _quoted(name: object) -> bytes:
    """Escape a name as browsers do: it cannot end its quotes or its line."""
    text = native_str(name) if isinstance(name, (str, bytes)) else str(name)
    return utf8(text.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A"))
