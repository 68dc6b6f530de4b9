"""The header of a part: RFC 7578 section 4."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tornado.util import shortened

from .._errors import HTTPInputError, MultipartError
from .._fields._grammar import find_control
from .._fields._headers import HTTPHeaders
from .._fields._parameters import parse_header
from ._events import PartBegin

if TYPE_CHECKING:
    from ._limits import MultipartLimits

# A CR or LF that is not one half of a CRLF.
_bare_line_end = re.compile(r"\r(?!\n)|(?<!\r)\n").search

# The beginning of a path on Windows, or a way up in one.
_windows_path = re.compile(r"[A-Za-z]:|.:\\|\\|.*(?:^|\\)\.\.(?:$|\\)", re.DOTALL).match

_DRIVES = r"\A(?:[A-Za-z]:)+"

# What browsers send, and nothing that `parse_any_head` would read differently: no escapes, no
# controls, no blanks at an end. Three quarters of the time of small forms went into the header.
_common_head = re.compile(
    r'Content-Disposition: (form-data; name="([^"\\\x00-\x1f\x7f]+)"'
    r'(?:; filename="([^"\\\x00-\x1f\x7f]*)")?)'
    r"(?:\r\nContent-Type: ([!-~]+(?: [!-~]+)*))?"
).fullmatch


def parse_part_head(block: bytes, limits: MultipartLimits) -> PartBegin:
    """Read the header of a part.

    :param block: the field lines, without the empty line that follows them.
    :raises MultipartError: it is not the header of a form's field.
    """
    try:
        text = block.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MultipartError(f"multipart header is not UTF-8: {shortened(block)}") from error
    match = _common_head(text)
    if match is None:
        return parse_any_head(text, limits)
    disposition, name, filename, content_type = match.groups()
    fields: dict[str, str | list[str]] = {"Content-Disposition": disposition}
    if content_type is not None:
        fields["Content-Type"] = content_type
    return _part(name, filename, HTTPHeaders.from_parsed(fields), limits)


def parse_any_head(text: str, limits: MultipartLimits) -> PartBegin:
    """Read the header of a part, whatever form it has."""
    headers = _parse_fields(text)
    values = headers.get_list("Content-Disposition")
    if len(values) > 1:
        raise MultipartError("multipart part with more than one Content-Disposition")
    disposition, parameters = parse_header("".join(values))
    if disposition.lower() != "form-data":
        raise MultipartError(
            f"multipart part with disposition {shortened(disposition)}, not 'form-data'"
        )
    return _part(parameters.get("name", ""), parameters.get("filename"), headers, limits)


def _part(
    name: str, filename: str | None, headers: HTTPHeaders, limits: MultipartLimits
) -> PartBegin:
    if not name:
        raise MultipartError("multipart/form-data missing name")
    _check(name, "name", limits)
    if filename:
        _check(filename, "file name", limits)
        filename = without_directories(filename)
    return PartBegin(name, filename, headers.get("Content-Type"), headers)


def _parse_fields(text: str) -> HTTPHeaders:
    if _bare_line_end(text):
        raise MultipartError(
            f"Invalid header value: bare CR or LF in multipart header {shortened(text)}"
        )
    try:
        return HTTPHeaders.parse(text, _chars_are_bytes=False)
    except HTTPInputError as error:
        raise MultipartError(f"Invalid multipart/form-data: {error}") from error


def _check(text: str, what: str, limits: MultipartLimits) -> None:
    if len(text) > limits.max_name_length:
        raise MultipartError(
            f"multipart {what} of {len(text)} characters, {limits.max_name_length} are allowed"
        )
    if find_control(text):  # only `filename*=` can bring one here
        raise MultipartError(f"control character in multipart {what} {shortened(text)}")


def without_directories(filename: str) -> str:
    r"""Return the last segment of a file name (RFC 7578 section 4.2), empty for ``..`` and ``.``.

    A backslash is a separator only in what looks like a Windows path (``C:\a.txt``,
    ``\\host\a.txt``, ``..\a.txt``): elsewhere it may stand in a file's name.
    """
    name = filename.rpartition("/")[2]
    if _windows_path(name):
        name = re.sub(_DRIVES, "", name.rpartition("\\")[2])
    return "" if name in {".", ".."} else name
