import html.entities
import json
import urllib.parse

import tornado.escape

#: Undocumented names that programs import, and their values.
NAMES = {
    "_BASESTRING_TYPES": (str, type(None)),
    "_TO_UNICODE_TYPES": (str, type(None)),
    "_UTF8_TYPES": (bytes, type(None)),
    "_unicode": tornado.escape.to_unicode,
    "basestring_type": str,
    "htmlentitydefs": html.entities,
    "json": json,
    "unichr": chr,
    "unicode_type": str,
    "urllib_parse": urllib.parse,
}


def test_names_that_programs_import_are_there():
    assert {name: getattr(tornado.escape, name) for name in NAMES} == NAMES


def test_bytes_with_escapes_are_decoded():
    assert tornado.escape._unquote_to_bytes(b"%41%zz%") == b"A%zz%"


def test_they_are_not_listed():
    assert not NAMES.keys() & {*dir(tornado.escape), *tornado.escape.__all__}
