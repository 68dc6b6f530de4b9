from __future__ import annotations

import decimal
import enum
import pathlib
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tornado.options._types import convert_toml, name_of, read_list, read_value, write_value


class Colour:
    def __init__(self, text: str) -> None:
        if not text.startswith("#"):
            raise ValueError("colours begin with #")
        self.text = text


class Shade(enum.Enum):
    LIGHT = "light-grey"
    DARK = "dark"


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


class Place(enum.Enum):
    """Values that cannot be written as text."""

    HERE = (0, 0)
    THERE = (1, 2)


@pytest.mark.parametrize("text", ["true", "TRUE", "t", "1", "yes", "Y", "on", ""])
def test_the_words_for_true(text: str) -> None:
    assert read_value(text, bool) is True


@pytest.mark.parametrize("text", ["false", "False", "f", "0", "no", "N", "off"])
def test_the_words_for_false(text: str) -> None:
    assert read_value(text, bool) is False


@pytest.mark.parametrize(
    ("text", "type", "value"),
    [
        ("a=b", str, "a=b"),
        ("-12", int, -12),
        ("1.5", float, 1.5),
        ("1e3", float, 1000.0),
        ("2.50", decimal.Decimal, decimal.Decimal("2.50")),
        ("a/b", pathlib.PurePosixPath, pathlib.PurePosixPath("a/b")),
        ("AB", str.lower, "ab"),
        ("light-grey", Shade, Shade.LIGHT),
        ("2", Level, Level.HIGH),
        ("THERE", Place, Place.THERE),
    ],
)
def test_text_becomes_a_value(text: str, type: Any, value: Any) -> None:
    assert read_value(text, type) == value


@pytest.mark.parametrize(
    ("text", "type", "problem"),
    [
        ("maybe", bool, "'maybe' is neither true nor false"),
        ("1.5", int, "'1.5' is not a whole number"),
        ("0x10", int, "'0x10' is not a whole number"),
        ("", int, "'' is not a whole number"),
        ("fast", float, "'fast' is not a number"),
        ("red", Colour, r"'red' is not a valid Colour \(colours begin with #\)"),
        ("blue", Shade, r"'blue' is not a valid Shade \(one of light-grey, dark\)"),
        ("LIGHT", Shade, r"'LIGHT' is not a valid Shade \(one of light-grey, dark\)"),
        ("3", Level, r"'3' is not a valid Level \(one of 1, 2\)"),
        ("(0, 0)", Place, r"'\(0, 0\)' is not a valid Place \(one of HERE, THERE\)"),
        ("soon", date.fromisoformat, r"'soon' is not a valid value \(Invalid isoformat .*\)"),
    ],
)
def test_text_of_another_type_is_refused(text: str, type: Any, problem: str) -> None:
    with pytest.raises(ValueError, match=f"^{problem}$"):
        read_value(text, type)


@pytest.mark.parametrize(
    ("text", "type", "values"),
    [
        ("", int, []),
        ("", str, []),
        ("1,2,3", int, [1, 2, 3]),
        ("1:4", int, [1, 2, 3, 4]),
        ("1,3:5, 7", int, [1, 3, 4, 5, 7]),
        ("-2:1", int, [-2, -1, 0, 1]),
        ("3:", int, [3]),
        ("a,b, c", str, ["a", "b", " c"]),
        ("1:5", str, ["1:5"]),
        ("1.5, 2", float, [1.5, 2.0]),
        ("true,no", bool, [True, False]),
        ("1s, 2m", timedelta, [timedelta(seconds=1), timedelta(minutes=2)]),
        ("2013-04-05,2014-01-01", datetime, [datetime(2013, 4, 5), datetime(2014, 1, 1)]),
    ],
)
def test_commas_divide_values_and_colons_make_ranges(
    text: str, type: Any, values: list[Any]
) -> None:
    assert read_list(text, type) == values


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("4:1", "the range '4:1' is empty, write the smaller number first"),
        ("1,,2", "'' is not a whole number"),
        (":3", "'' is not a whole number"),
        ("1:2:3", "'2:3' is not a whole number"),
    ],
)
def test_broken_ranges_are_refused(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=f"^{problem}$"):
        read_list(text, int)


@given(st.lists(st.integers(), min_size=1))
def test_whole_numbers_that_are_written_are_read_back(values: list[int]) -> None:
    assert read_list(write_value(values), int) == values


@given(st.integers(-1000, 1000), st.integers(0, 100))
def test_a_range_has_both_its_ends(low: int, more: int) -> None:
    values = read_list(f"{low}:{low + more}", int)
    assert (values[0], values[-1], len(values)) == (low, low + more, more + 1)


@given(st.booleans() | st.integers() | st.floats(allow_nan=False) | st.timedeltas())
def test_a_value_that_is_written_is_read_back(value: Any) -> None:
    assert read_value(write_value(value), type(value)) == value


@pytest.mark.parametrize(
    ("value", "type", "expected"),
    [
        (3, timedelta, timedelta(seconds=3)),
        (1.5, timedelta, timedelta(seconds=1.5)),
        ("1h", timedelta, timedelta(hours=1)),
        (date(2013, 4, 5), datetime, datetime(2013, 4, 5)),
        (datetime(2013, 4, 5), datetime, datetime(2013, 4, 5)),
        ("2.5", decimal.Decimal, decimal.Decimal("2.5")),
        ("3", int, "3"),
        ("yes", bool, "yes"),
        (3, int, 3),
    ],
)
def test_only_types_that_toml_lacks_are_made_from_others(
    value: Any, type: Any, expected: Any
) -> None:
    assert convert_toml(value, type) == expected


@pytest.mark.parametrize("type", [int, float, timedelta])
def test_true_and_false_are_no_numbers(type: Any) -> None:
    with pytest.raises(ValueError, match=f"^needs {type.__name__}, not True \\(bool\\)$"):
        convert_toml(True, type)


def test_a_type_is_named_as_people_know_it() -> None:
    assert name_of(timedelta) == "timedelta"
    assert name_of(str.lower) == name_of(lambda text: text) == "value"


@pytest.mark.parametrize("member", [*Shade, *Level, *Place])
def test_a_member_of_an_enum_is_written_as_it_is_read(member: enum.Enum) -> None:
    assert read_value(write_value(member), type(member)) is member


@pytest.mark.parametrize(
    ("value", "type", "member"),
    [("dark", Shade, Shade.DARK), (2, Level, Level.HIGH), (Level.LOW, Level, Level.LOW)],
)
def test_a_file_says_a_member_of_an_enum_by_its_value(value: Any, type: Any, member: Any) -> None:
    assert convert_toml(value, type) is member
