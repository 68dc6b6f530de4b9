import enum
import json
import logging
import math
import sys
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tornado.log import JSONLogFormatter


class Color(enum.IntEnum):
    RED = 1


class Shaped:
    def __str__(self):
        return "a shape"


class BrokenDict(dict):
    def items(self):
        raise RuntimeError("broken")


def line_of(record, *args, **kwargs):
    """Return the record's line, parsed by a strict reader."""
    line = JSONLogFormatter(*args, **kwargs).format(record)
    assert line.isascii()
    assert line.isprintable()
    return json.loads(line, parse_constant=pytest.fail)


def test_the_keys_are_stable_and_in_order(make_record):
    line = line_of(make_record("hello %s", ("ann",), level=logging.WARNING))
    assert list(line) == ["time", "level", "logger", "message"]
    assert [line[key] for key in list(line)[1:]] == ["WARNING", "example", "hello ann"]


@pytest.mark.parametrize(
    ("created", "text"),
    [
        (0.0, "1970-01-01T00:00:00.000000Z"),
        (1_000_000_000.25, "2001-09-09T01:46:40.250000Z"),
        (1_700_000_000.9999999, "2023-11-14T22:13:21.000000Z"),
    ],
)
def test_the_time_is_in_utc_with_microseconds(make_record, created, text):
    record = make_record("m")
    record.created = created
    assert line_of(record)["time"] == text
    assert datetime.fromisoformat(text).tzinfo == UTC


def test_source_and_constant_fields_are_written_if_given(make_record):
    line = line_of(make_record("m", user=1), {"service": "shop"}, source=True)
    assert list(line) == ["time", "level", "logger", "message", "source", "service", "user"]
    assert line["source"] == "app:12"
    assert line["service"] == "shop"


def test_an_exception_and_a_stack_are_text(make_record):
    try:
        raise KeyError("x\ny")
    except KeyError:
        record = make_record("oops", exc_info=sys.exc_info())
    record.stack_info = "Stack:\n  File"
    line = line_of(record)
    assert line["exception"].startswith("Traceback (most recent call last):\n")
    assert line["exception"].endswith("KeyError: 'x\\ny'")
    assert line["stack"] == "Stack:\n  File"


def test_arguments_that_do_not_fit_are_shown_and_do_not_raise(make_record):
    assert line_of(make_record("%d", ("x",)))["message"].startswith("Bad message (TypeError(")


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, None),
        (True, True),
        (5, 5),
        (0.5, 0.5),
        ("text", "text"),
        ([1, (2, "x")], [1, [2, "x"]]),
        ({"a": {"b": 1}}, {"a": {"b": 1}}),
        ({1: "x", None: "y", (1, 2): "z"}, {"1": "x", "None": "y", "[1, 2]": "z"}),
        (b"caf\xc3\xa9 \xff", "caf\u00e9 \\xff"),
        (bytearray(b"x"), "x"),
        (math.nan, "nan"),
        (-math.inf, "-inf"),
        (Color.RED, 1),
        pytest.param(10**5000, hex(10**5000), id="a number of 5000 digits"),
        (2**64 - 1, 2**64 - 1),
        ({3}, [3]),
        (datetime(2026, 1, 2, tzinfo=UTC), "2026-01-02 00:00:00+00:00"),
        (Shaped(), "a shape"),
        ("\udc80", "\\udc80"),
        ("</script>\u2028\x00\n", "</script>\u2028\x00\n"),
    ],
)
def test_values_of_every_kind_are_written(make_record, value, written):
    assert line_of(make_record("m", field=value))["field"] == written


def test_values_that_cannot_be_shown_are_named(make_record, unshowable):
    line = line_of(make_record("m", a=unshowable, b=[unshowable], c=BrokenDict(a=1)))
    assert line["a"] == "<Unshowable whose repr raises ValueError>"
    assert line["b"] == ["<Unshowable whose repr raises ValueError>"]
    assert line["c"] == "{'a': 1}"


def test_structures_that_contain_themselves_are_cut(make_record):
    wide = []
    wide.extend([wide] * 50)
    loop = {"name": "loop"}
    loop["self"] = loop
    line = line_of(make_record("m", wide=wide, loop=loop))
    assert line["wide"] == ["<list>"] * 50
    assert line["loop"] == {"name": "loop", "self": "<dict>"}


def test_deep_structures_end(make_record):
    deep = "bottom"
    for _ in range(10_000):
        deep = [deep]
    assert json.dumps(line_of(make_record("m", deep=deep))["deep"]) == '[[[[[[[["<list>"]]]]]]]]'


def test_fields_named_like_a_key_get_an_underscore(make_record):
    record = make_record("m", time="now", source=3)
    line = line_of(record, {"logger": "mine"})
    assert (line["time_"], line["source_"], line["logger_"]) == ("now", 3, "mine")
    assert line["logger"] == "example"


def test_what_other_formatters_leave_in_a_record_is_not_a_field(make_record):
    from tornado.log import LogFormatter

    record = make_record("m")
    LogFormatter().format(record)
    assert list(line_of(record)) == ["time", "level", "logger", "message"]


@given(
    message=st.text(),
    fields=st.dictionaries(
        st.text(min_size=1),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
            max_leaves=5,
        ),
        max_size=3,
    ),
)
def test_any_record_is_one_line_that_a_strict_reader_takes(message, fields):
    record = logging.LogRecord("n", logging.INFO, "/f.py", 1, message, (), None)
    for name, value in fields.items():
        if name not in vars(record):
            vars(record)[name] = value
    line = line_of(record)
    assert line["message"] == message.encode("utf-8", "backslashreplace").decode()
