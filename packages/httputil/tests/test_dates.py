from __future__ import annotations

import datetime
import time
from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tornado.httputil import format_timestamp

MOMENT = 1359312200
TEXT = "Sun, 27 Jan 2013 18:43:20 GMT"
TWO_HOURS_EAST = datetime.timezone(datetime.timedelta(hours=2))


@pytest.mark.parametrize(
    "moment",
    [
        MOMENT,
        MOMENT + 0.9,
        time.gmtime(MOMENT),
        tuple(time.gmtime(MOMENT)),
        datetime.datetime(2013, 1, 27, 18, 43, 20),
        datetime.datetime(2013, 1, 27, 18, 43, 20, tzinfo=datetime.UTC),
        datetime.datetime(2013, 1, 27, 20, 43, 20, tzinfo=TWO_HOURS_EAST),
    ],
)
def test_a_moment_may_be_given_in_many_ways(moment):
    assert format_timestamp(moment) == TEXT


@given(st.integers(0, 253402300799))
def test_dates_are_those_of_the_standard_library(second):
    assert format_timestamp(second) == formatdate(second, usegmt=True)


@pytest.mark.parametrize("moment", ["now", None, b"1", datetime.date(2013, 1, 27)])
def test_another_type_is_a_type_error(moment):
    with pytest.raises(TypeError, match="unknown timestamp type"):
        format_timestamp(moment)


@pytest.mark.parametrize("moment", [1e12, -1e12, 1e300, float("inf"), float("nan")])
def test_a_moment_that_no_date_can_show_is_a_value_error(moment):
    with pytest.raises(ValueError, match=r"range|NaN"):
        format_timestamp(moment)
