"""Dates in the header fields of requests."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tornado.httputil import format_timestamp
from tornado.web._input._http_dates import parse_date

MOMENT = datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
        "Sun Nov 06 08:49:37 1994",
    ],
)
def test_the_three_forms_of_the_rfc_are_read(text: str) -> None:
    assert parse_date(text) == MOMENT
    # With one character less or more, anywhere, it is another date or none.
    for at in range(len(text)):
        assert parse_date(text[:at] + text[at + 1 :]) != MOMENT or text[at] == "0", text[at]
        assert parse_date(text[:at] + "x" + text[at:]) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0",
        "yesterday",
        "Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 GMT; length=1",
        "Sun, 06 Nov 1994 08:49:37 GMT\n",
        "Sun, 06 Nov 1994 08:49:37 +0000",
        "Sun, 06 Nov 1994 08:49:37 gmt",
        "Sun, 6 Nov 1994 08:49:37 GMT",
        "Sun, 31 Feb 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:61 GMT",
        "Sun, 06 Nov 0000 08:49:37 GMT",
        "Sun, \u0660\u0666 Nov 1994 08:49:37 GMT",
        "1994-11-06T08:49:37Z",
    ],
)
def test_what_is_not_one_date_is_not_parsed(text: str) -> None:
    assert parse_date(text) is None


def test_years_of_two_digits_are_at_most_fifty_years_ahead() -> None:
    this = datetime.now(UTC).year
    for year in range(100):
        moment = parse_date(f"Sunday, 06-Nov-{year:02} 08:49:37 GMT")
        assert moment is not None
        assert moment.year % 100 == year
        assert this - 50 < moment.year <= this + 50


def test_a_leap_second_is_a_date() -> None:
    assert parse_date("Sat, 31 Dec 2016 23:59:60 GMT") is not None


@given(st.datetimes(min_value=datetime(1000, 1, 1), timezones=st.just(UTC)))
def test_a_date_that_is_written_is_read(moment: datetime) -> None:
    assert parse_date(format_timestamp(moment)) == moment.replace(microsecond=0)
