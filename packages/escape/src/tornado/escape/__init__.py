"""Escape and unescape HTML, JSON and URLs.

Every function takes text or UTF-8 bytes, gives text, and needs time in proportion to its input.

=====================  ==============================  ==============================
for                    there                           back
=====================  ==============================  ==============================
HTML, XML              :func:`xhtml_escape`            :func:`xhtml_unescape`
a URL or a form        :func:`url_escape`              :func:`url_unescape`,
                                                       :func:`parse_qs_bytes`
JSON                   :func:`json_encode`             :func:`json_decode`
bytes                  :func:`utf8`                    :func:`to_unicode`
=====================  ==============================  ==============================

:func:`linkify` makes links of the URLs in a text, and :func:`squeeze` makes its white space
smaller.
"""

from __future__ import annotations

from tornado.util import publish

from ._html import xhtml_escape, xhtml_unescape
from ._json import configure_json, json_decode, json_encode
from ._links import linkify
from ._percent import url_escape, url_unescape
from ._query import parse_qs_bytes
from ._text import native_str, recursive_unicode, to_basestring, to_unicode, utf8
from ._whitespace import squeeze

__all__ = [
    "configure_json",
    "json_decode",
    "json_encode",
    "linkify",
    "native_str",
    "parse_qs_bytes",
    "recursive_unicode",
    "squeeze",
    "to_basestring",
    "to_unicode",
    "url_escape",
    "url_unescape",
    "utf8",
    "xhtml_escape",
    "xhtml_unescape",
]

publish(globals())
