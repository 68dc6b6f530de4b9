"""The charset of a body."""

from __future__ import annotations

import codecs
from encodings.aliases import aliases
from typing import TYPE_CHECKING

from tornado.httputil import parse_header

if TYPE_CHECKING:
    from tornado.httputil import HTTPHeaders

_MODULES = frozenset(aliases.values())
#: Codecs that have no alias; Python knows more of them, for the consoles of old machines.
_PLAIN = frozenset({"cp720", "cp737", "cp856", "cp874", "koi8_r", "koi8_t", "koi8_u"})

#: Codecs that are not charsets of the web: UTF-7 hides markup, the others are slow, or not text.
_REFUSED = frozenset({"idna", "mbcs", "punycode", "raw_unicode_escape", "unicode_escape", "utf_7"})

_UTF_8 = "utf-8-sig"


def charset_of(headers: HTTPHeaders) -> str:
    """Return the name of the codec for a body; UTF-8 if the fields name no known charset."""
    for value in reversed(headers.get_list("Content-Type")):
        codec = _codec(parse_header(value)[1].get("charset", ""))
        if codec is not None:
            return codec
    return _UTF_8


def _codec(charset: str) -> str | None:
    # Python caches each name that it looks up, known or not, and servers choose the names.
    name = charset.lower().replace("-", "_").replace(" ", "_")
    name = aliases.get(name, name)
    if name in _REFUSED or not (name in _PLAIN or name in _MODULES):
        return None
    try:
        "".encode(name)
    except LookupError:  # it encodes bytes, not text
        return None
    found = codecs.lookup(name).name
    return _UTF_8 if found == "utf-8" else found
