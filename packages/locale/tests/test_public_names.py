from __future__ import annotations

import inspect
import subprocess
import sys
from typing import Any

import pytest

import tornado.locale

#: The documented signatures, of the modern and of the classic release.
SIGNATURES = {
    "CSVLocale": "(code, translations)",
    "CSVLocale.pgettext": "(self, context, message, plural_message=None, count=None)",
    "CSVLocale.translate": "(self, message, plural_message=None, count=None)",
    "GettextLocale": "(code, translations)",
    "GettextLocale.pgettext": "(self, context, message, plural_message=None, count=None)",
    "GettextLocale.translate": "(self, message, plural_message=None, count=None)",
    "Locale": "(code, translations=None)",
    "Locale.format_date": (
        "(self, date, gmt_offset=0, relative=True, shorter=False, full_format=False)"
    ),
    "Locale.format_day": "(self, date, gmt_offset=0, dow=True)",
    "Locale.friendly_number": "(self, value)",
    "Locale.get": "(code)",
    "Locale.get_closest": "(*locale_codes)",
    "Locale.list": "(self, parts)",
    "Locale.pgettext": "(self, context, message, plural_message=None, count=None)",
    "Locale.translate": "(self, message, plural_message=None, count=None)",
    "get": "(*locale_codes)",
    "get_supported_locales": "()",
    "load_gettext_translations": "(directory, domain)",
    "load_translations": "(directory, encoding=None)",
    "set_default_locale": "(code)",
}


def signature_of(path: str) -> str:
    thing: Any = tornado.locale
    for name in path.split("."):
        thing = getattr(thing, name)
    signature = inspect.signature(thing)
    plain = [p.replace(annotation=inspect.Parameter.empty) for p in signature.parameters.values()]
    return str(inspect.Signature(plain))


@pytest.mark.parametrize("path", SIGNATURES)
def test_the_signatures_are_the_documented_ones(path: str) -> None:
    assert signature_of(path) == SIGNATURES[path]


def test_all_lists_exactly_the_public_names() -> None:
    assert tornado.locale.__all__ == sorted(tornado.locale.__all__)
    public = {
        name
        for name, thing in vars(tornado.locale).items()
        if not name.startswith("_") and name not in ("annotations", "publish")
        if not inspect.ismodule(thing)
    }
    assert set(tornado.locale.__all__) == public
    assert public == {path.partition(".")[0] for path in SIGNATURES} | {
        *("CONTEXT_SEPARATOR", "LOCALE_NAMES")
    }


def test_public_objects_show_the_public_module() -> None:
    for name in ("Locale", "CSVLocale", "GettextLocale", "get", "load_translations"):
        assert getattr(tornado.locale, name).__module__ == "tornado.locale"


def test_the_names_of_locales_have_the_documented_shape() -> None:
    assert tornado.locale.LOCALE_NAMES["es_LA"] == {"name_en": "Spanish", "name": "Español"}
    assert len(tornado.locale.LOCALE_NAMES) == 62
    assert tornado.locale.CONTEXT_SEPARATOR == "\x04"


def test_importing_loads_little() -> None:
    code = (
        "import sys; before = set(sys.modules); import tornado.locale;"
        "print(*sorted(set(sys.modules) - before))"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=30
    ).stdout.split()
    foreign = {name.partition(".")[0] for name in loaded if not name.startswith("tornado")}
    heavy = {"asyncio", "ssl", "socket", "http", "logging", "csv", "gettext", "babel", "typing"}
    assert not foreign & heavy
    assert len(loaded) < 40
