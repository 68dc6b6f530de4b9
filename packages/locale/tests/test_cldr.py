from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tornado.locale import LOCALE_NAMES, CSVLocale
from tornado.locale._cldr import find_rules, plural_category

NEW_YEAR = datetime(2010, 1, 2, 13, 4)


@pytest.mark.parametrize(
    ("code", "date", "day"),
    [
        ("fr_FR", "2 janvier 2010", "samedi 2 janvier"),
        ("de_DE", "2. Januar 2010", "Samstag, 2. Januar"),
        ("ja_JP", "2010年1月2日", "1月2日(土曜日)"),
        ("es_LA", "2 de enero de 2010", "sábado, 2 de enero"),
        ("pt-BR", "2 de janeiro de 2010", "sábado, 2 de janeiro"),
    ],
)
def test_dates_are_written_as_the_cldr_says(code: str, date: str, day: str) -> None:
    locale = CSVLocale(code, {})
    assert locale.format_date(NEW_YEAR, shorter=True) == date
    assert locale.format_day(NEW_YEAR) == day
    # Where the time is, and how the hours are counted, changes with the CLDR's release.
    assert date in locale.format_date(NEW_YEAR)
    assert ":04" in locale.format_date(NEW_YEAR)


@pytest.mark.parametrize(
    ("code", "day"),
    [("ru_RU", "суббота, 2 января"), ("fi_FI", "lauantaina 2. tammikuuta")],
)
def test_weekdays_are_written_in_full_if_the_pattern_has_them_stand_alone(
    code: str, day: str
) -> None:
    assert CSVLocale(code, {}).format_day(NEW_YEAR) == day


@pytest.mark.parametrize(
    ("ago", "expected"),
    [
        ({"seconds": 0}, "il y a 1 seconde"),
        ({"seconds": 30}, "il y a 30 secondes"),
        ({"minutes": 1}, "il y a 1 minute"),
        ({"minutes": 49}, "il y a 49 minutes"),
        ({"hours": 3}, "il y a 3 heures"),
        ({"hours": 23, "minutes": 55}, "il y a 24 heures"),
    ],
)
def test_ages_are_written_as_the_cldr_says(ago: dict[str, int], expected: str) -> None:
    then = datetime.now(UTC) - timedelta(**ago, milliseconds=200)
    assert CSVLocale("fr", {}).format_date(then) == expected


def test_yesterday_and_the_days_before_are_described_by_the_weekday() -> None:
    then = datetime.now(UTC) - timedelta(days=1)
    weekdays = ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"]
    french = CSVLocale("fr", {})
    assert french.format_date(then, shorter=True) == weekdays[then.weekday()]
    assert f"{then:%H:%M}" in french.format_date(then)
    assert french.format_date(datetime.now(UTC), relative=False).count(":") == 1


def test_lists_and_numbers_follow_the_language() -> None:
    assert CSVLocale("fr", {}).list(["a", "b", "c"]) == "a, b et c"
    assert CSVLocale("de", {}).friendly_number(1234567) == "1.234.567"


def test_english_reads_the_same_with_babel() -> None:
    for code in ("en", "en_US", "en_GB", "en-AU"):
        assert find_rules(code) is None
    assert CSVLocale("en_US", {}).format_date(NEW_YEAR) == "January 2, 2010 at 1:04 pm"


@pytest.mark.parametrize(
    ("code", "categories"),
    [
        ("en_US", {0: "other", 1: "one", 2: "other"}),
        ("fr", {0: "one", 1: "one", 2: "other"}),
        ("pl_PL", {1: "one", 2: "few", 5: "many", 22: "few"}),
        ("ar_AR", {0: "zero", 1: "one", 2: "two", 3: "few", 11: "many", 100: "other"}),
        ("ja_JP", {0: "other", 1: "other"}),
        ("zz", {0: "other", 1: "one", 2: "other"}),
    ],
)
def test_counts_fall_into_the_categories_of_the_language(
    code: str, categories: dict[int, str]
) -> None:
    assert {count: plural_category(code, count) for count in categories} == categories


@pytest.mark.parametrize("code", [code for code in LOCALE_NAMES if not code.startswith("en")])
def test_every_named_locale_has_rules(code: str) -> None:
    locale = CSVLocale(code, {})
    texts = (
        locale.format_date(NEW_YEAR),
        locale.format_date(datetime.now(UTC) - timedelta(minutes=5)),
        locale.format_date(NEW_YEAR.replace(year=datetime.now(UTC).year), shorter=True),
        locale.format_day(NEW_YEAR),
        locale.format_day(NEW_YEAR, dow=False),
    )
    assert find_rules(code) is not None
    assert all(texts)
    assert not any("January" in text or "ago" in text for text in texts)
