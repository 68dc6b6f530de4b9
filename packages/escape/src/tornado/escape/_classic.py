"""Names that programs took from this module because it used them.

They were never documented. ``json`` is the standard library's module; to have values written in
another way, use `tornado.escape.configure_json`.
"""

from __future__ import annotations

import html.entities as htmlentitydefs
import json
import urllib.parse as urllib_parse

from tornado.util import basestring_type, unicode_type

from ._percent import decode_escapes as _unquote_to_bytes
from ._text import to_unicode

__all__ = [
    "_BASESTRING_TYPES",
    "_TO_UNICODE_TYPES",
    "_UTF8_TYPES",
    "_unicode",
    "_unquote_to_bytes",
    "basestring_type",
    "htmlentitydefs",
    "json",
    "unichr",
    "unicode_type",
    "urllib_parse",
]

unichr = chr
_unicode = to_unicode
_UTF8_TYPES = (bytes, type(None))
_TO_UNICODE_TYPES = (str, type(None))
_BASESTRING_TYPES = (str, type(None))
