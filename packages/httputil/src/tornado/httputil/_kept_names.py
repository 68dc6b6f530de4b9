"""Names with an underscore that published applications import.

They are functions of other modules under the names by which Jupyter, OctoPrint, moonraker and
others know them. New code does not need them.
"""

from __future__ import annotations

import re

from ._body_config import ParseBodyConfig
from ._fields._cookies import unquote_cookie
from ._fields._grammar import TCHAR
from ._fields._parameters import encode_header, parse_header, split_parameters
from ._fields._ranges import content_range, parse_request_range


class _ABNF:
    """The grammar of a head, by the names of RFC 9110 and RFC 9112, for property-based tests."""

    token = field_name = method = re.compile(rf"[{TCHAR}]+")
    field_value = re.compile(
        r"(?:[\x21-\x7e\x80-\xff](?:[\t\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?)?"
    )
    request_target = re.compile(r"[\x21-\x7e\x80-\xff]+")
    reason_phrase = re.compile(r"[\t\x20-\x7e\x80-\xff]+")


_DEFAULT_PARSE_BODY_CONFIG = ParseBodyConfig()
_encode_header = encode_header
_get_content_range = content_range
_parse_header = parse_header
_parse_request_range = parse_request_range
_parseparam = split_parameters
_unquote_cookie = unquote_cookie
