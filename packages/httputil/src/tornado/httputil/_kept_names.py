"""Names with an underscore that published applications import.

They are the public-looking functions of other rooms under the names by which Jupyter, OctoPrint,
moonraker and their like know them. New code has no need of them.
"""

from __future__ import annotations

from ._body_config import ParseBodyConfig
from ._cookies import unquote_cookie
from ._parameters import encode_header, parse_header, split_parameters
from ._ranges import content_range, parse_request_range

_DEFAULT_PARSE_BODY_CONFIG = ParseBodyConfig()
_encode_header = encode_header
_get_content_range = content_range
_parse_header = parse_header
_parse_request_range = parse_request_range
_parseparam = split_parameters
_unquote_cookie = unquote_cookie
