from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tornado.locale import CSVLocale
from tornado.locale._dates import describe

NOW = datetime(2026, 11, 18, 15, 4, 5, tzinfo=UTC)  # a Wednesday
ENGLISH = CSVLocale("en_US", {})

seconds = st.integers(-(10**8), 10**8)


def describe_text(
    date: float | datetime,
    code: str = "en_US",
    gmt_offset: int = 0,
    relative: bool = True,
    shorter: bool = False,
    full_format: bool = False,
) -> str:
    """Do what format_date does, at a fixed time."""
    locale = CSVLocale(code, {})
    moment = describe(date, gmt_offset, relative, shorter, full_format, NOW)
    text = locale.translate(moment.message, moment.plural_message, moment.count)
    return text % locale._placeholders(moment)


@pytest.mark.parametrize(
    ("ago", "long", "short"),
    [
        ({}, "0 seconds ago", "0 seconds ago"),
        ({"seconds": 1}, "1 second ago", "1 second ago"),
        ({"seconds": 49}, "49 seconds ago", "49 seconds ago"),
        ({"seconds": 50}, "1 minute ago", "1 minute ago"),
        ({"seconds": 95}, "2 minutes ago", "2 minutes ago"),
        ({"minutes": 49}, "49 minutes ago", "49 minutes ago"),
        ({"minutes": 50}, "1 hour ago", "1 hour ago"),
        ({"hours": 23}, "23 hours ago", "23 hours ago"),
        ({"hours": 23, "minutes": 59}, "24 hours ago", "24 hours ago"),
        ({"days": 1}, "yesterday at 3:04 pm", "yesterday"),
        ({"hours": 40}, "Monday at 11:04 pm", "Monday"),
        ({"days": 2}, "Monday at 3:04 pm", "Monday"),
        ({"days": 4}, "Saturday at 3:04 pm", "Saturday"),
        ({"days": 5}, "November 13 at 3:04 pm", "November 13"),
        ({"days": 333}, "December 20 at 3:04 pm", "December 20"),
        ({"days": 334}, "December 19, 2025 at 3:04 pm", "December 19, 2025"),
        ({"days": -1}, "November 19, 2026 at 3:04 pm", "November 19, 2026"),
    ],
)
def test_a_moment_is_described_by_how_long_ago_it_was(
    ago: dict[str, int], long: str, short: str
) -> None:
    then = NOW - timedelta(**ago)
    assert (describe_text(then), describe_text(then, shorter=True)) == (long, short)


@pytest.mark.parametrize("days", range(0, 400, 7))
@pytest.mark.parametrize("past_the_day", [1, 30, 59])
def test_a_future_near_a_multiple_of_a_day_is_not_now(days: int, past_the_day: int) -> None:
    then = NOW + timedelta(days=days, seconds=past_the_day)
    expected = "0 seconds ago" if days == 0 else f"{then:%B} {then.day}, {then.year} at 3:"
    assert describe_text(then).startswith(expected)


def test_the_next_minute_is_now_unless_a_date_is_wanted() -> None:
    soon = NOW + timedelta(seconds=59)
    assert describe_text(soon) == "0 seconds ago"
    assert describe_text(soon, relative=False) == "November 18, 2026 at 3:05 pm"
    assert describe_text(NOW + timedelta(seconds=61)) == "November 18, 2026 at 3:05 pm"


def test_without_relative_today_is_a_time_and_yesterday_a_weekday() -> None:
    assert describe_text(NOW - timedelta(hours=2), relative=False) == "1:04 pm"
    assert describe_text(NOW - timedelta(hours=2), relative=False, shorter=True) == "1:04 pm"
    assert describe_text(NOW - timedelta(days=1), relative=False) == "Tuesday at 3:04 pm"


def test_the_full_format_is_the_same_at_any_time() -> None:
    assert describe_text(NOW, full_format=True) == "November 18, 2026 at 3:04 pm"
    assert describe_text(NOW, full_format=True, shorter=True) == "November 18, 2026"


@pytest.mark.parametrize(
    ("offset", "expected"),
    [
        (0, "November 10 at 3:04 pm"),
        (480, "November 10 at 7:04 am"),
        (-330, "November 10 at 8:34 pm"),
        (-600, "November 11 at 1:04 am"),
    ],
)
def test_the_offset_is_subtracted_as_javascript_counts_it(offset: int, expected: str) -> None:
    assert describe_text(NOW - timedelta(days=8), gmt_offset=offset) == expected


@pytest.mark.parametrize(
    ("code", "morning", "midnight", "noon"),
    [
        ("en_US", "9:05 am", "12:05 am", "12:05 pm"),
        ("en", "9:05 am", "12:05 am", "12:05 pm"),
        ("en_GB", "9:05", "0:05", "12:05"),
        ("zh_CN", "上午9:05", "上午12:05", "下午12:05"),
        ("fr", "9:05", "0:05", "12:05"),
    ],
)
def test_the_hours_are_counted_as_the_place_counts_them(
    code: str, morning: str, midnight: str, noon: str
) -> None:
    today = datetime(2026, 11, 18, tzinfo=UTC)
    for hour, expected in ((9, morning), (0, midnight), (12, noon)):
        assert describe_text(today.replace(hour=hour, minute=5), code, relative=False) == expected


def test_all_kinds_of_dates_mean_the_same_moment() -> None:
    naive = datetime(2010, 1, 2, 13, 4)
    india = datetime(2010, 1, 2, 18, 34, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    for date in (naive, naive.replace(tzinfo=UTC), india, 1262437440, 1262437440.9):
        assert ENGLISH.format_date(date) == "January 2, 2010 at 1:04 pm"


def test_a_date_of_another_type_is_refused() -> None:
    with pytest.raises(TypeError, match="a number of seconds since the epoch, not 'today'"):
        ENGLISH.format_date("today")  # type: ignore[arg-type]  # that is the point
    with pytest.raises(TypeError, match="not 'today'"):
        ENGLISH.format_day("today")  # type: ignore[arg-type]  # that is the point


@pytest.mark.parametrize(
    ("offset", "dow", "expected"),
    [
        (0, True, "Saturday, January 2"),
        (0, False, "January 2"),
        (480, True, "Friday, January 1"),
    ],
)
def test_a_day_is_written_with_or_without_its_weekday(
    offset: int, dow: bool, expected: str
) -> None:
    assert ENGLISH.format_day(datetime(2010, 1, 2, 3, 4), offset, dow) == expected


def test_the_clock_is_read_when_a_date_is_formatted() -> None:
    assert ENGLISH.format_date(datetime.now(UTC)) in ("0 seconds ago", "1 second ago")


@given(seconds, st.integers(-840, 840), st.booleans(), st.booleans(), st.booleans())
def test_every_moment_can_be_described_in_every_way(
    age: int, offset: int, relative: bool, shorter: bool, full: bool
) -> None:
    text = describe_text(NOW - timedelta(seconds=age), "en_US", offset, relative, shorter, full)
    assert text
    assert "%" not in text


@given(st.integers(0, 86399))
def test_an_age_grows_with_the_time(age: int) -> None:
    order = {"seconds": 1, "minutes": 60, "hours": 3600}

    def age_of(seconds: int) -> int:
        moment = describe(NOW - timedelta(seconds=seconds), 0, True, False, False, NOW)
        return (moment.count or 0) * order[moment.unit]

    assert abs(age_of(age) - age) <= 1800
    assert age == 0 or age_of(age - 1) <= age_of(age)
