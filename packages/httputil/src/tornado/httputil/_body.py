"""Request bodies, parsed into arguments and files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tornado.escape import parse_qs_bytes, utf8
from tornado.util import shortened

from ._body_config import ParseBodyConfig, ParseUrlEncodedConfig, body_config
from ._errors import HTTPInputError
from ._fields._grammar import HTTP_WHITESPACE
from ._multipart._form import parse_multipart_form_data
from ._multipart._reader import boundary_of

if TYPE_CHECKING:
    from ._fields._headers import HTTPHeaders
    from ._multipart._file import HTTPFile

_URLENCODED = "application/x-www-form-urlencoded"
_MULTIPART = "multipart/form-data"


def parse_body_arguments(
    content_type: str,
    body: bytes,
    arguments: dict[str, list[bytes]],
    files: dict[str, list[HTTPFile]],
    headers: HTTPHeaders | None = None,
    *,
    config: ParseBodyConfig | None = None,
) -> None:
    """Parse a form, urlencoded or multipart, into two dictionaries.

    Bodies of other types are left alone.

    :param content_type: the ``Content-Type`` of the request.
    :param arguments: gets the fields; what it holds already stays.
    :param files: gets the files.
    :param headers: all header fields, to refuse a body that is still compressed.
    :param config: the limits, by default those of :func:`set_parse_body_config`.
    :raises HTTPInputError: the body is malformed or crosses a limit.
    """
    kind = content_type.partition(";")[0].strip(HTTP_WHITESPACE).lower()
    if kind not in {_URLENCODED, _MULTIPART}:
        return
    encoding = headers.get("Content-Encoding") if headers else None
    if encoding:
        raise HTTPInputError(f"Unsupported Content-Encoding: {shortened(encoding)}")
    config = config or body_config()
    if kind == _URLENCODED:
        _parse_urlencoded(body, arguments, config.urlencoded)
    else:
        boundary = utf8(boundary_of(content_type))
        parse_multipart_form_data(boundary, body, arguments, files, config=config.multipart)


def _parse_urlencoded(
    body: bytes, arguments: dict[str, list[bytes]], config: ParseUrlEncodedConfig
) -> None:
    try:
        parsed = parse_qs_bytes(body, keep_blank_values=True, max_num_fields=config.max_arguments)
    except ValueError as error:
        raise HTTPInputError(f"Invalid x-www-form-urlencoded body: {error}") from error
    for name, values in parsed.items():
        arguments.setdefault(name, []).extend(values)
