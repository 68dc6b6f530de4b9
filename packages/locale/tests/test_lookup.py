from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tornado.locale
from tornado.locale import CSVLocale, Locale
from tornado.locale._state import state


def load(*codes: str) -> None:
    state.load({code: CSVLocale(code, {}) for code in codes})


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (["es_LA"], "es_LA"),
        (["es-la"], "es_LA"),
        (["ES_la"], "es_LA"),
        (["fr_CA"], "fr"),
        (["fr-Latn-CA"], "fr"),
        (["de", "fr"], "fr"),
        ([None, "", "es_LA", "fr"], "es_LA"),
        (["es"], "es_LA"),
        (["it", "ES", "fr"], "es_LA"),
        (["es_AR"], "en_US"),
        (["en"], "en_US"),
        (["x"], "en_US"),
        ([], "en_US"),
        (["zh-Hans-CN"], "zh_CN"),
        (["zh_Hant_TW"], "zh_Hant"),
        (["zh-Hant-HK"], "zh_Hant"),
        (["fr-" * 50], "en_US"),
    ],
)
def test_the_closest_locale_is_found(wanted: list[str | None], found: str) -> None:
    load("es_LA", "fr", "zh_CN", "zh_Hant")
    assert tornado.locale.get(*wanted).code == found
    assert Locale.get_closest(*wanted).code == found


@pytest.mark.parametrize(
    ("loaded", "wanted", "found"),
    [
        (["de_DE"], ["de"], "de_DE"),
        (["de_AT"], ["de"], "de_AT"),
        (["de_AT", "de_DE"], ["de"], "de_DE"),
        (["de_AT", "de"], ["de"], "de"),
        (["de_DE"], ["de_AT"], "en_US"),
        (["de_DE"], ["de-AT", "de", "en"], "de_DE"),
        (["de_DE"], ["en", "de"], "en_US"),
        (["en_AU", "en_GB"], ["en"], "en_US"),
        (["pt_PT", "pt_BR"], ["pt"], "pt_BR"),
        (["zh_TW", "zh_Hant", "zh_CN"], ["zh"], "zh_CN"),
        (["zh_Hant_HK", "zh_TW"], ["zh"], "zh_Hant_HK"),
        (["zh_Hant"], ["zh_Hans"], "en_US"),
    ],
)
def test_a_language_alone_finds_a_locale_with_a_place(
    loaded: list[str], wanted: list[str], found: str
) -> None:
    load(*loaded)
    assert tornado.locale.get(*wanted).code == found


def test_a_language_alone_prefers_the_default_if_no_place_is_usual() -> None:
    load("sr_BA", "sr_RS", "sr_ME")
    assert tornado.locale.get("sr").code == "sr_BA"
    tornado.locale.set_default_locale("sr_RS")
    assert tornado.locale.get("sr").code == "sr_RS"


def test_an_exact_code_always_returns_the_same_object() -> None:
    load("es_LA")
    assert Locale.get("es_LA") is Locale.get("es_LA") is tornado.locale.get("es-la")
    assert Locale.get("en_US") is Locale.get("en_US")


def test_the_error_for_an_unsupported_code_names_the_supported_ones() -> None:
    load("es_LA", "fr")
    with pytest.raises(LookupError, match=r"'es' is not supported.*\(supported: en_US, es_LA, fr"):
        Locale.get("es")


def test_users_without_a_locale_get_the_default() -> None:
    load("es_LA")
    tornado.locale.set_default_locale("de_AT")
    assert tornado.locale.get("fr").code == "de_AT"
    assert tornado.locale.get_supported_locales() == {"es_LA", "de_AT"}
    tornado.locale.set_default_locale("es_LA")
    assert tornado.locale.get("fr") is Locale.get("es_LA")
    assert tornado.locale.get_supported_locales() == {"es_LA"}


def test_the_state_can_be_reset() -> None:
    load("es_LA")
    tornado.locale.set_default_locale("fr")
    state.reset()
    assert tornado.locale.get_supported_locales() == {"en_US"}
    assert tornado.locale.get("es_LA").code == "en_US"


def test_loading_does_not_disturb_threads_that_look_up() -> None:
    done = threading.Event()

    def load_again_and_again() -> None:
        while not done.is_set():
            load("es_LA")
            load("fr")

    loader = threading.Thread(target=load_again_and_again)
    loader.start()
    found: set[str] = set()
    try:
        while found != {"es_LA", "fr"}:
            found.add(tornado.locale.get("es_LA", "fr").code)
            found.discard("en_US")
    finally:
        done.set()
        loader.join()


@given(st.lists(st.text(max_size=60), max_size=4))
def test_any_codes_give_a_supported_locale(codes: list[str]) -> None:
    assert tornado.locale.get(*codes).code in tornado.locale.get_supported_locales()


@pytest.mark.parametrize(
    ("code", "name", "rtl"),
    [
        ("es_LA", "Español", False),
        ("ar_AR", "العربية", True),
        ("fa", "Unknown", True),
        ("he_IL", "עברית", True),
        ("ur_PK", "Unknown", True),
        ("arn_CL", "Unknown", False),
        ("az_Arab_IR", "Unknown", True),
        ("ks-Deva-IN", "Unknown", False),
    ],
)
def test_a_locale_has_a_name_and_a_direction(code: str, name: str, rtl: bool) -> None:
    locale = CSVLocale(code, {})
    assert (locale.name, locale.rtl) == (name, rtl)
