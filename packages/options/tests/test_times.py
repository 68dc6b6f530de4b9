from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tornado.options._times import read_date, read_length, write_length


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2013-04-05 06:07:08", datetime(2013, 4, 5, 6, 7, 8)),
        ("2013-04-05 06:07", datetime(2013, 4, 5, 6, 7)),
        ("2013-04-05T06:07", datetime(2013, 4, 5, 6, 7)),
        ("2013-04-05T06:07:08.5", datetime(2013, 4, 5, 6, 7, 8, 500_000)),
        ("2013-04-05T06:07:08Z", datetime(2013, 4, 5, 6, 7, 8, tzinfo=UTC)),
        ("20130405 06:07:08", datetime(2013, 4, 5, 6, 7, 8)),
        ("20130405 06:07", datetime(2013, 4, 5, 6, 7)),
        ("2013-04-05", datetime(2013, 4, 5)),
        ("20130405", datetime(2013, 4, 5)),
        ("2013-4-5", datetime(2013, 4, 5)),
        ("2013-4-5 6:07", datetime(2013, 4, 5, 6, 7)),
        ("2013-4-5T6:07", datetime(2013, 4, 5, 6, 7)),
        ("2013-4-5 6:7:8", datetime(2013, 4, 5, 6, 7, 8)),
        ("06:07:08", datetime(1900, 1, 1, 6, 7, 8)),
        ("06:07", datetime(1900, 1, 1, 6, 7)),
        ("Fri Apr  5 06:07:08 2013", datetime(2013, 4, 5, 6, 7, 8)),
    ],
)
def test_dates_are_read_in_all_the_documented_forms(text: str, expected: datetime) -> None:
    assert read_date(text) == expected


@pytest.mark.parametrize("text", ["", "soon", "2013-13-01", "25:00", "1365142028"])
def test_a_text_that_is_not_a_date_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match=f"'{text}' is not a date and time, write it like"):
        read_date(text)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1", 1),
        ("3s", 3),
        ("1h30m", 5400),
        ("1h 30 m", 5400),
        ("1h-30m", 1800),
        ("2d", 172800),
        ("1w", 604800),
        ("1.5h", 5400),
        (".5h", 1800),
        ("1.h", 3600),
        ("10ms", 0.01),
        ("10 milliseconds", 0.01),
        ("5 us", 0.000005),
        ("5 microseconds", 0.000005),
        ("1 min", 60),
        ("2 minutes", 120),
        ("1 day 2 hours", 93600),
        ("-3s", -3),
        ("+3 sec", 3),
        ("1e3s", 1000),
        (" 3s ", 3),
        ("1 week", 604800),
    ],
)
def test_lengths_are_numbers_with_units(text: str, seconds: float) -> None:
    assert read_length(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "is not a length of time, write it like '1h30m'"),
        ("days", "is not a length of time"),
        ("1:30", "is not a length of time"),
        ("3 S", "is not a length of time"),
        ("3x", "has no known unit of time in 'x', use w, d, h, m, s, ms or us"),
        ("1mo", "has no known unit of time in 'mo'"),
        ("1e300w", "is longer than 999999999 days"),
        ("999999999d 999999999d", "is longer than 999999999 days"),
    ],
)
def test_a_text_that_is_not_a_length_is_refused(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=f"^'{text}' {problem}"):
        read_length(text)


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (timedelta(), "0s"),
        (timedelta(seconds=90), "1m30s"),
        (timedelta(days=8, hours=1), "8d1h"),
        (timedelta(milliseconds=1500), "1s500ms"),
        (timedelta(minutes=-90), "-1h-30m"),
    ],
)
def test_lengths_are_written_as_a_person_would_type_them(length: timedelta, text: str) -> None:
    assert write_length(length) == text


@given(st.timedeltas(timedelta(days=-(10**6)), timedelta(days=10**6)))
def test_a_length_that_is_written_is_read_back(length: timedelta) -> None:
    assert read_length(write_length(length)) == length


@given(st.datetimes())
def test_a_date_that_is_written_is_read_back(date: datetime) -> None:
    assert read_date(str(date)) == date


@given(st.text(st.sampled_from("0123456789.eE+- hmsdwu"), max_size=30))
def test_any_text_is_a_length_or_refused(text: str) -> None:
    try:
        assert isinstance(read_length(text), timedelta)
    except ValueError as error:
        assert str(error).startswith(repr(text))  # noqa: PT017 - both outcomes are fine
