from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from tornado.options import Error, InvalidValue, OptionParser


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("port", "80", "option 'port': needs int, not '80' (str)"),
        ("port", 0, "option 'port': 0 is less than 1"),
        ("port", 70000, "option 'port': 70000 is more than 65535"),
        ("name", b"x", "option 'name': needs str, not b'x' (bytes)"),
        ("debug", 1, "option 'debug': needs bool, not 1 (int)"),
        ("mode", "tme", "option 'mode': 'tme' is not one of size, time"),
        ("hosts", "a,b", "option 'hosts': needs a list of str, not 'a,b' (str)"),
        ("hosts", ("a",), "option 'hosts': needs a list of str, not ('a',) (tuple)"),
        ("ids", ["1"], "option 'ids': needs int, not '1' (str)"),
        ("rate", True, "option 'rate': needs float, not True (bool)"),
        ("start", "2013-01-01", "option 'start': needs datetime, not '2013-01-01' (str)"),
        ("timeout", 3, "option 'timeout': needs timedelta, not 3 (int)"),
    ],
)
def test_a_value_of_another_type_or_out_of_bounds_is_refused(
    parser: OptionParser, name: str, value: Any, problem: str
) -> None:
    before = parser[name]
    with pytest.raises(InvalidValue) as caught:
        setattr(parser, name, value)
    assert str(caught.value) == problem
    assert (caught.value.option, caught.value.source.kind) == (name, "program")
    assert isinstance(caught.value, Error)
    assert isinstance(caught.value, ValueError)
    assert parser[name] == before


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("port", 80),
        ("port", None),
        ("debug", True),
        ("rate", 1.5),
        ("start", datetime(2013, 4, 5)),
        ("timeout", timedelta(hours=1)),
        ("hosts", ["a", None]),
        ("ids", [1, 2]),
        ("mode", "time"),
    ],
)
def test_a_value_of_the_type_is_set(parser: OptionParser, name: str, value: Any) -> None:
    parser[name] = value
    assert getattr(parser, name) == parser[name] == value


def test_a_whole_number_is_allowed_for_a_float(parser: OptionParser) -> None:
    parser.rate = 2
    assert (parser.rate, type(parser.rate)) == (2.0, float)


def test_a_list_stays_the_same_object(parser: OptionParser) -> None:
    hosts = ["a"]
    parser.hosts = hosts
    hosts.append("b")
    assert parser.hosts == ["a", "b"]
    assert parser["hosts"] is parser.hosts


def test_bounds_and_choices_hold_for_each_of_several_values() -> None:
    parser = OptionParser()
    parser.define("ids", type=int, multiple=True, maximum=9)
    parser.define("modes", multiple=True, choices=["a", "b"])
    parser.parse_command_line(["x", "--ids=1:9", "--modes=b,a"])
    assert (parser.ids[-1], parser.modes) == (9, ["b", "a"])
    with pytest.raises(Error, match=r"^--ids: 10 is more than 9$"):
        parser.parse_command_line(["x", "--ids=8:10"])
    with pytest.raises(Error, match=r"^--modes: 'c' is not one of a, b$"):
        parser.parse_command_line(["x", "--modes=a,c"])


def test_a_default_has_to_be_within_the_bounds() -> None:
    with pytest.raises(Error, match=r"^option 'port': 70000 is more than 65535$"):
        OptionParser().define("port", default=70000, maximum=65535)


@pytest.mark.parametrize("bounds", [{"minimum": 0.0}, {"maximum": 1.0}, {"choices": [0.5]}])
def test_nan_is_not_within_any_bounds(bounds: dict[str, Any]) -> None:
    parser = OptionParser()
    parser.define("rate", type=float, **bounds)
    with pytest.raises(Error, match=r"^--rate: nan is not within bounds$"):
        parser.parse_command_line(["x", "--rate=nan"])


def test_bounds_of_lengths_are_written_as_a_person_would_type_them() -> None:
    parser = OptionParser()
    parser.define("timeout", type=timedelta, maximum=timedelta(minutes=5))
    with pytest.raises(Error, match=r"^--timeout: 1h is more than 5m$"):
        parser.parse_command_line(["x", "--timeout=1h"])


def test_the_type_is_that_of_the_default() -> None:
    parser = OptionParser()
    parser.define("a", default=1.5)
    parser.define("b")
    parser.define("c", default=[1], multiple=True)
    types = [option.type for option in parser._options.values()]
    assert types == [bool, float, str, str]


def test_programs_may_look_at_the_options_themselves(parser: OptionParser) -> None:
    """Applications read settings from the environment on their own with these."""
    option = parser._options["log-dir"]
    assert (option.name, option.type, option.multiple) == ("log_dir", str, False)
    assert (option.default, option.value(), option.group_name) == (None, None, "Logs")
    assert option.parse("logs") == option.value() == parser.log_dir == "logs"
    option.set("other")
    assert parser["log-dir"] == "other"
    assert set(parser._options) >= {"help", "port", "log-dir", "mysql-host"}
    assert parser._options["ids"].multiple


def test_a_callback_gets_every_new_value() -> None:
    seen: list[Any] = []
    parser = OptionParser()
    parser.define("ids", type=int, multiple=True, callback=seen.append)
    parser.parse_command_line(["x", "--ids=1:3"])
    parser.ids = [7]
    with pytest.raises(Error):
        parser.ids = "no list"
    assert seen == [[1, 2, 3], [7]]
