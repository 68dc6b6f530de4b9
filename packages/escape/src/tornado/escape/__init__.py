"""Functions that escape and unescape HTML, JSON and URLs.

Every function takes text or UTF-8 bytes, returns text, and needs time in proportion to its input.

=====================  ==============================  ==============================
for                    escape                          unescape
=====================  ==============================  ==============================
HTML, XML              :func:`xhtml_escape`            :func:`xhtml_unescape`
a URL or a form        :func:`url_escape`              :func:`url_unescape`,
                                                       :func:`parse_qs_bytes`
JSON                   :func:`json_encode`             :func:`json_decode`
bytes                  :func:`utf8`                    :func:`to_unicode`
=====================  ==============================  ==============================

:func:`linkify` makes links of the URLs in a text, and :func:`squeeze` replaces runs of white space by
single spaces. :func:`configure_json` sets another JSON encoder and decoder.

Importing this module is almost free: each private module is imported when one of its names is first
used.
"""

# ruff: noqa: TC004 - the names in __all__ are imported when they are first used

from __future__ import annotations

from tornado.util import publish

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from ._html import xhtml_escape
    from ._json import configure_json, json_decode, json_encode
    from ._links import linkify
    from ._percent import url_escape, url_unescape
    from ._query import parse_qs_bytes
    from ._references import xhtml_unescape
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

publish(
    globals(),
    {
        "configure_json": "_json",
        "json_decode": "_json",
        "json_encode": "_json",
        "linkify": "_links",
        "native_str": "_text",
        "parse_qs_bytes": "_query",
        "recursive_unicode": "_text",
        "squeeze": "_whitespace",
        "to_basestring": "_text",
        "to_unicode": "_text",
        "url_escape": "_percent",
        "url_unescape": "_percent",
        "utf8": "_text",
        "xhtml_escape": "_html",
        "xhtml_unescape": "_references",
    },
    aliases=dict.fromkeys(
        (
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
        ),
        "tornado.escape._classic",
    ),
)
