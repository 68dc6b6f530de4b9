"""What is wrong with a head that the grammar refused: for the log and for the status code."""

from __future__ import annotations

import re

from tornado.httputil import is_token
from tornado.util import shortened

from .._errors import ProtocolError
from ._grammar import BARE_LF, FIELD_BLOCK, TARGET

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_VERSION = re.compile(r"HTTP/[0-9]\.[0-9]")


def request_head_error(head: str) -> ProtocolError:
    """Describe the first thing that is wrong with a request head."""
    if BARE_LF.search(head.encode("latin-1")):
        return ProtocolError("bare LF in a head")
    line, _, block = head.partition("\r\n")
    return _request_line_error(line) or field_lines_error(block)


def response_head_error(head: str) -> ProtocolError:
    """Describe the first thing that is wrong with a response head."""
    line, _, block = head.partition("\r\n")
    if not re.fullmatch(r"HTTP/1\.[01] [1-9][0-9]{2}( .*)?", line) or _CONTROL.search(line):
        return ProtocolError(f"Error parsing response start line {shortened(line)}")
    return field_lines_error(block)


def _request_line_error(line: str) -> ProtocolError | None:
    parts = line.split(" ")
    if len(parts) != 3:
        return ProtocolError(f"Malformed HTTP request line {shortened(line)}")
    method, target, version = parts
    if is_token(method) is None:
        return ProtocolError(f"Malformed HTTP request line: bad method {shortened(method)}")
    if not target.isascii():
        return ProtocolError(
            f"Malformed HTTP request line: octets outside ASCII in the request target"
            f" {shortened(target)}: the client has to encode them, or the server takes them with non_ascii_targets=True"
        )
    if re.fullmatch(TARGET, target) is None:
        return ProtocolError(f"Malformed HTTP request line: bad request target {shortened(target)}")
    if version not in ("HTTP/1.0", "HTTP/1.1"):
        known_form = _VERSION.fullmatch(version) is not None
        return ProtocolError(
            f"Unexpected HTTP version {shortened(version)}", 505 if known_form else 400
        )
    return None


def field_lines_error(block: str) -> ProtocolError:
    """Describe the first field line that the grammar refuses."""
    good = FIELD_BLOCK.match(block)
    line = block[good.end() if good else 0 :].partition("\r\n")[0]
    name, colon, value = line.partition(":")
    if line.startswith((" ", "\t")):
        return ProtocolError(
            f"header line cannot start with whitespace, folding not supported: {shortened(line)}"
        )
    if "\n" in line or "\r" in line:
        return ProtocolError(f"Invalid header value: bare CR or LF in the line {shortened(line)}")
    if _CONTROL.search(value):
        return ProtocolError(
            f"Invalid header value {shortened(value)}: control character in {shortened(name)}"
        )
    if not colon:
        return ProtocolError(f"no colon in header line {shortened(line)}")
    return ProtocolError(f"Invalid header name {shortened(name)}")
