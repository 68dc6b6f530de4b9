"""Names that programs read although they were never documented."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import tornado.locale


def test_the_loaded_translations_can_be_read(write_csv: Callable[..., Path]) -> None:
    module = tornado.locale
    assert (module._translations, module._use_gettext) == ({}, False)
    assert (module._default_locale, module._supported_locales) == ("en_US", {"en_US"})
    module.load_translations(str(write_csv(es_LA="hello,hola\n")))
    module.set_default_locale("es_LA")

    assert list(module._translations) == ["es_LA"]
    assert (module._default_locale, module._supported_locales) == ("es_LA", {"es_LA"})


def test_catalogues_can_be_distinguished_from_csv_files(write_mo: Callable[..., Path]) -> None:
    tornado.locale.load_gettext_translations(str(write_mo(es={"": "", "hello": "hola"})), "shop")

    assert tornado.locale._use_gettext
    assert tornado.locale._translations["es"].gettext("hello") == "hola"


def test_months_and_weekdays_are_translated(write_csv: Callable[..., Path]) -> None:
    tornado.locale.load_translations(str(write_csv(es="Monday,lunes\nMay,mayo\n")))
    spanish = tornado.locale.get("es")

    assert (spanish._weekdays[0], spanish._weekdays[6]) == ("lunes", "Sunday")
    assert (spanish._months[4], spanish._months[11]) == ("mayo", "December")
