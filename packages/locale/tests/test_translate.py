from __future__ import annotations

import gettext
import io
import logging
from collections.abc import Callable
from pathlib import Path

import pytest

import tornado.locale
from tornado.locale import CONTEXT_SEPARATOR, CSVLocale, GettextLocale, Locale

Compile = Callable[..., bytes]

LIKED = "%(name)s liked this"
CATALOGUE = {
    "": ("Content-Type: text/plain; charset=utf-8\nPlural-Forms: nplurals=2; plural=(n != 1);\n"),
    "I love you": "Te amo",
    f"A person liked this\0{LIKED}": "A una persona le gustó esto\0A %(name)s les gustó esto",
    f"law{CONTEXT_SEPARATOR}right": "derecho",
    f"pets{CONTEXT_SEPARATOR}%d cat\0%d cats": "%d gato\0%d gatos",
}


def from_csv() -> Locale:
    tables = {
        "unknown": {"I love you": "Te amo"},
        "singular": {"A person liked this": "A una persona le gustó esto"},
        "plural": {LIKED: "A %(name)s les gustó esto"},
    }
    return CSVLocale("es_LA", tables)


def from_gettext(compile_mo: Compile) -> Locale:
    return GettextLocale("es_LA", gettext.GNUTranslations(io.BytesIO(compile_mo(CATALOGUE))))


@pytest.fixture(params=["csv", "gettext"])
def spanish(request: pytest.FixtureRequest, compile_mo: Compile) -> Locale:
    return from_csv() if request.param == "csv" else from_gettext(compile_mo)


def test_a_message_is_translated_or_returned_as_it_is(spanish: Locale) -> None:
    assert spanish.translate("I love you") == "Te amo"
    assert spanish.translate("no such message") == "no such message"


@pytest.mark.parametrize("count", [0, 1, 2, 21])
def test_the_count_chooses_the_form(spanish: Locale, count: int) -> None:
    expected = "A una persona le gustó esto" if count == 1 else "A Ana les gustó esto"
    assert spanish.translate("A person liked this", LIKED, count) % {"name": "Ana"} == expected
    assert spanish.translate("a", "b", count) == ("a" if count == 1 else "b")


def test_a_plural_needs_a_count(spanish: Locale) -> None:
    with pytest.raises(ValueError, match="'a' has a plural form, so translate"):
        spanish.translate("a", "b")


def test_a_context_distinguishes_two_meanings(compile_mo: Compile) -> None:
    spanish = from_gettext(compile_mo)
    assert spanish.pgettext("law", "right") == "derecho"
    assert spanish.pgettext("direction", "right") == "right"
    assert spanish.pgettext("pets", "%d cat", "%d cats", 1) == "%d gato"
    assert spanish.pgettext("pets", "%d cat", "%d cats", 3) == "%d gatos"
    assert spanish.pgettext("tools", "%d cat", "%d cats", 3) == "%d cats"
    assert spanish.pgettext("tools", "%d cat", "%d cats", 1) == "%d cat"
    with pytest.raises(ValueError, match="needs a count"):
        spanish.pgettext("pets", "%d cat", "%d cats")


def test_for_csv_files_a_context_is_a_warning_once(caplog: pytest.LogCaptureFixture) -> None:
    spanish = from_csv()
    assert spanish.pgettext("letter", "I love you") == "Te amo"
    assert spanish.pgettext("letter", "A person liked this", LIKED, 2).startswith("A %(name)s")
    assert [record.levelno for record in caplog.records] == [logging.WARNING]


def test_a_locale_without_translate_is_not_implemented() -> None:
    with pytest.raises(NotImplementedError):
        Locale("en_US").translate("a")
    with pytest.raises(NotImplementedError):
        Locale("en_US").pgettext("a", "b")


def test_the_translations_can_be_read(spanish: Locale) -> None:
    assert spanish.translations is not None
    assert repr(spanish) in ("<CSVLocale es_LA>", "<GettextLocale es_LA>")


@pytest.mark.parametrize("count", [0, 1, 2, 3, 5, 21, 22, 111])
def test_rows_of_cldr_categories_follow_the_language(count: int) -> None:
    russian = CSVLocale(
        "ru_RU",
        {
            "singular": {"a cat": "кошка"},
            "one": {"%d cats": "%d кошка"},
            "few": {"%d cats": "%d кошки"},
            "other": {"%d cats": "%d кошек"},
        },
    )
    expected = {1: "кошка", 21: "%d кошка", 2: "%d кошки", 3: "%d кошки", 22: "%d кошки"}
    assert russian.translate("a cat", "%d cats", count) == expected.get(count, "%d кошек")


@pytest.mark.usefixtures("without_babel")
@pytest.mark.parametrize("count", [0, 1, 2, 21])
def test_without_babel_categories_follow_english(count: int) -> None:
    russian = CSVLocale("ru_RU", {"one": {"a": "один"}, "few": {"a": "мало"}, "other": {"a": "n"}})
    assert russian.translate("a", "b", count) == ("один" if count == 1 else "n")


def test_a_missing_category_falls_back_to_the_other_forms() -> None:
    polish = CSVLocale("pl_PL", {"few": {"cats": "koty"}, "plural": {"cats": "kotów"}})
    assert [polish.translate("cat", "cats", n) for n in (1, 2, 5)] == ["cat", "koty", "kotów"]


@pytest.mark.parametrize(
    ("forms", "shown"),
    [("\0%d gatos", ["a cat", "%d gatos"]), ("un gato\0", ["un gato", "%d cats"])],
)
def test_a_plural_form_that_was_left_empty_is_shown_untranslated(
    compile_mo: Compile, forms: str, shown: list[str]
) -> None:
    context = f"zoo{CONTEXT_SEPARATOR}a cat\0%d cats"
    messages = {"": CATALOGUE[""], "a cat\0%d cats": forms, context: forms}
    spanish = GettextLocale("es", gettext.GNUTranslations(io.BytesIO(compile_mo(messages))))
    assert [spanish.translate("a cat", "%d cats", count) for count in (1, 2)] == shown
    assert [spanish.pgettext("zoo", "a cat", "%d cats", count) for count in (1, 2)] == shown


def test_the_plural_example_of_the_documentation(write_csv: Callable[..., Path]) -> None:
    message, plural = "A person liked this", "%(num)d people liked this"
    spanish = f'"{message}","A una persona le gusta","singular"\n"{plural}","A %(num)d","plural"\n'
    tornado.locale.load_translations(write_csv(es=spanish))
    for code, expected in (
        ("es", {1: "A una persona le gusta", 3: "A 3"}),
        ("en", {1: "A person liked this", 3: "3 people liked this"}),
    ):
        _ = tornado.locale.get(code).translate
        for people in (["Ana"], ["Ana", "Bo", "Cy"]):
            text = _("A person liked this", "%(num)d people liked this", len(people)) % {
                "num": len(people)
            }
            assert text == expected[len(people)]
