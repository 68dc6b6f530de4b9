from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tornado.locale import CSVLocale

NEW_YEAR = datetime(2010, 1, 2, 13, 4)
SPANISH_DATES = {
    "unknown": {
        "January": "enero",
        "Saturday": "sábado",
        "%(commas)s and %(last)s": "%(commas)s y %(last)s",
        "%(month_name)s %(day)s, %(year)s at %(time)s": (
            "%(day)s de %(month_name)s de %(year)s a las %(time)s"
        ),
        "%(weekday)s, %(month_name)s %(day)s": "%(weekday)s %(day)s de %(month_name)s",
    },
    "singular": {"1 hour ago": "hace una hora"},
    "plural": {"%(hours)d hours ago": "hace %(hours)d horas"},
}


@pytest.mark.parametrize(
    ("parts", "english", "persian"),
    [
        ([], "", ""),
        (["A"], "A", "A"),
        (["A", "B"], "A and B", "A and B"),
        (["A", "B", "C"], "A, B and C", "A و B and C"),
        (("A", "B", "C", "D"), "A, B, C and D", "A و B و C and D"),
    ],
)
@pytest.mark.usefixtures("without_babel")
def test_words_are_joined_as_in_a_sentence(parts: list[str], english: str, persian: str) -> None:
    assert CSVLocale("en_US", {}).list(parts) == english
    assert CSVLocale("fa_IR", {}).list(parts) == persian


@pytest.mark.parametrize(
    ("value", "english"),
    [
        (0, "0"),
        (999, "999"),
        (1000, "1,000"),
        (1234567, "1,234,567"),
        (-123, "-123"),
        (-1234, "-1,234"),
    ],
)
@pytest.mark.usefixtures("without_babel")
def test_digits_are_grouped_in_english(value: int, english: str) -> None:
    assert CSVLocale("en_US", {}).friendly_number(value) == english
    assert CSVLocale("en", {}).friendly_number(value) == english
    assert CSVLocale("fr", {}).friendly_number(value) == str(value)


@pytest.mark.parametrize("value", [1234.5, "many", None, True])
def test_a_value_that_is_not_a_whole_number_is_converted_to_text(value: object) -> None:
    assert CSVLocale("en_US", {}).friendly_number(value) == str(value)


@pytest.mark.parametrize("babel", [True, False])
def test_the_words_of_the_translations_take_precedence(
    babel: bool, request: pytest.FixtureRequest
) -> None:
    if not babel:
        request.getfixturevalue("without_babel")
    spanish = CSVLocale("es_LA", SPANISH_DATES)
    assert spanish.format_date(NEW_YEAR) == "2 de enero de 2010 a las 13:04"
    assert spanish.format_day(NEW_YEAR) == "sábado 2 de enero"
    assert spanish.list(["pan", "vino", "queso"]) == "pan, vino y queso"
    now = datetime.now(UTC)
    assert spanish.format_date(now - timedelta(hours=1)) == "hace una hora"
    assert spanish.format_date(now - timedelta(hours=5)) == "hace 5 horas"


@pytest.mark.usefixtures("without_babel")
def test_without_translations_and_babel_dates_are_english() -> None:
    french = CSVLocale("fr_FR", {})
    assert french.format_date(NEW_YEAR) == "January 2, 2010 at 13:04"
    assert french.format_day(NEW_YEAR) == "Saturday, January 2"
