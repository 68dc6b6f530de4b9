"""A complete multipart body, parsed into arguments and files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._body_config import ParseMultipartConfig, body_config
from .._errors import MultipartError
from ._events import PartBegin, PartData, PartEnd
from ._file import HTTPFile
from ._limits import MultipartLimits
from ._reader import MultipartReader

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ._events import MultipartEvent


def parse_multipart_form_data(
    boundary: bytes,
    data: bytes,
    arguments: dict[str, list[bytes]],
    files: dict[str, list[HTTPFile]],
    *,
    config: ParseMultipartConfig | None = None,
) -> None:
    """Parse a complete ``multipart/form-data`` body into two dictionaries.

    A part with a file name that is not empty is a file, any other one is an argument. File names
    come without directories.

    :param boundary: as in the ``Content-Type``, with or without its quotes.
    :param data: the body; it is in memory already, so the size of a part has no limit.
    :param arguments: gets the fields; what it holds already stays.
    :param files: gets the files.
    :param config: the limits, by default those of :func:`set_parse_body_config`.
    :raises MultipartError: the body is malformed or crosses a limit; nothing is added to the
        dictionaries then.
    """
    config = config or body_config().multipart
    if not config.enabled:
        raise MultipartError("multipart/form-data parsing is disabled, see set_parse_body_config")
    if len(boundary) > 1 and boundary[:1] == b'"' == boundary[-1:]:
        boundary = boundary[1:-1]
    limits = MultipartLimits(
        max_parts=config.max_parts,
        max_part_header_size=config.max_part_header_size,
        max_field_size=None,
        max_fields_size=None,
    )
    reader = MultipartReader(boundary, limits)
    events = reader.receive(data)
    reader.close()
    _sort(events, arguments, files)


def _sort(
    events: Iterable[MultipartEvent],
    arguments: dict[str, list[bytes]],
    files: dict[str, list[HTTPFile]],
) -> None:
    part: PartBegin | None = None
    content = b""
    for event in events:
        if isinstance(event, PartData):
            content = event.data  # a body in one piece gives every part in one piece
        elif isinstance(event, PartBegin):
            part, content = event, b""
        elif isinstance(event, PartEnd) and part is not None:
            if part.filename:
                files.setdefault(part.name, []).append(_file(part, content))
            else:
                arguments.setdefault(part.name, []).append(content)


def _file(part: PartBegin, content: bytes) -> HTTPFile:
    return HTTPFile(
        filename=part.filename,
        body=content,
        content_type=part.content_type or "application/unknown",
    )
