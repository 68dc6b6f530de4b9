"""Names that programs import from `tornado.escape` because upstream's module uses them.

They were never documented. ``json`` is the standard library's module; use
`tornado.escape.configure_json` for another encoder.
"""

# ruff: noqa: F401 - these names are imported for other programs

from __future__ import annotations

import html.entities as htmlentitydefs
import json
import urllib.parse as urllib_parse

from tornado.util import basestring_type, unicode_type

from ._percent import decode_escapes as _unquote_to_bytes
from ._text import to_unicode

unichr = chr
_unicode = to_unicode
_UTF8_TYPES = (bytes, type(None))
_TO_UNICODE_TYPES = (str, type(None))
_BASESTRING_TYPES = (str, type(None))
