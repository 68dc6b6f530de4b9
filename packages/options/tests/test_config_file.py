from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tornado.options import Error, OptionParser
from tornado.options._config_file import _find_key

Write = Callable[[str, str | bytes], Path]


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("port = 80", "port", 80),
        ("port = '80'", "port", 80),
        ("import os\nport = len(os.sep)", "port", 1),
        ("name = __file__", "name", "{path}"),
        ("debug = True", "debug", True),
        ("debug = 'off'", "debug", False),
        ("hosts = 'a,b'", "hosts", ["a", "b"]),
        ("hosts = ['a', 'b']", "hosts", ["a", "b"]),
        ("ids = '1:3'", "ids", [1, 2, 3]),
        ("timeout = '1h'", "timeout", timedelta(hours=1)),
        ("from datetime import *\nstart = datetime(2013, 4, 5)", "start", datetime(2013, 4, 5)),
        ("mysql_host = 'db'", "mysql_host", "db"),
        ("# -*- coding: latin-1 -*-\nname = 'ñ'".encode("latin-1"), "name", "ñ"),
        ("name = 'ñ'", "name", "ñ"),
        ("unrelated = 3\ndef helper(): pass\nrate = 3.5", "rate", 3.5),
    ],
)
def test_a_python_file_sets_options_by_its_variables(
    parser: OptionParser, write: Write, text: str | bytes, name: str, value: Any
) -> None:
    path = write("server.conf", text)
    parser.parse_config_file(path)
    assert parser[name] == (str(path) if value == "{path}" else value)
    assert str(parser.source_of(name)) == str(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("\nport = 'x'", "line 2: port: 'x' is not a whole number"),
        ("port = 1\nport = 0\n", "line 2: port: 0 is less than 1"),
        ("if True:\n    hosts = 3", "line 2: hosts: needs a list of str, not 3 (int)"),
        ("mode = 'tme'", "line 1: mode: 'tme' is not one of size, time"),
        ("\n\ndef rate(): pass", "line 3: rate: needs float, not <function rate at 0x"),
        ("globals()['port'] = 0", "port: 0 is less than 1"),
    ],
)
def test_the_error_for_a_wrong_value_in_a_python_file_names_its_line(
    parser: OptionParser, write: Write, text: str, message: str
) -> None:
    path = write("server.conf", text)
    with pytest.raises(Error) as caught:
        parser.parse_config_file(path)
    separator = ", " if message.startswith("line") else ": "
    assert str(caught.value).startswith(f"{path}{separator}{message}")


def test_a_python_file_that_fails_shows_its_own_lines(parser: OptionParser, write: Write) -> None:
    with pytest.raises(SyntaxError) as syntax:
        parser.parse_config_file(write("a.conf", "port = 1\nport = ("))
    assert (syntax.value.filename, syntax.value.lineno) == (str(write("a.conf", "")), 2)
    with pytest.raises(ZeroDivisionError) as division:
        parser.parse_config_file(write("b.conf", "port = 1\nport = 1 / 0"))
    assert division.traceback[-1].lineno == 1
    assert str(division.traceback[-1].path).endswith("b.conf")


def test_a_path_may_be_bytes(parser: OptionParser, write: Write) -> None:
    for name, text in (("a.conf", "port = 80"), ("b.toml", "port = 81")):
        parser.parse_config_file(os.fsencode(write(name, text)))
        assert parser.port == int(text[-2:])


def test_a_file_that_does_not_exist_is_an_error_of_the_system(parser: OptionParser) -> None:
    for name in ("no/such.conf", "no/such.toml"):
        with pytest.raises(FileNotFoundError):
            parser.parse_config_file(name)


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("port = 80", "port", 80),
        ("mysql-host = 'db'", "mysql_host", "db"),
        ("mysql_host = 'db'", "mysql_host", "db"),
        ("mysql.host = 'db'", "mysql_host", "db"),
        ("[mysql]\nhost = 'db'", "mysql_host", "db"),
        ("[log]\ndir = 'logs'", "log_dir", "logs"),
        ("debug = true", "debug", True),
        ("rate = 2", "rate", 2.0),
        ("hosts = ['a', 'b']", "hosts", ["a", "b"]),
        ("ids = [1, 2]", "ids", [1, 2]),
        ("start = 2013-04-05T06:07:08", "start", datetime(2013, 4, 5, 6, 7, 8)),
        ("start = 2013-04-05", "start", datetime(2013, 4, 5)),
        ("timeout = 3", "timeout", timedelta(seconds=3)),
        ("timeout = '1h'", "timeout", timedelta(hours=1)),
        ("name = 'ñ'".encode("utf-8-sig"), "name", "ñ"),
    ],
)
def test_a_toml_file_has_typed_values(
    parser: OptionParser, write: Write, text: str | bytes, name: str, value: Any
) -> None:
    path = write("server.toml", text)
    parser.parse_config_file(str(path))
    assert parser[name] == value
    assert (parser.source_of(name).kind, parser.source_of(name).place) == ("file", str(path))


def test_an_option_may_take_a_whole_table(write: Write) -> None:
    parser = OptionParser()
    parser.define("pool", type=dict)
    parser.parse_config_file(write("a.toml", "[pool]\nsize = 3\nname = 'x'"))
    assert parser.pool == {"size": 3, "name": "x"}
    parser.define("mysql_pool", type=dict)
    parser.parse_config_file(write("b.toml", "[mysql]\npool = {size = 3}"))
    assert parser.mysql_pool == {"size": 3}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("prot = 80", "line 1: prot: unknown option, did you mean port?"),
        ("[mysql]\n\nhots = 'x'", "line 3: mysql.hots: unknown option, did you mean mysql-host?"),
        ("# port\n\nport = '80'", "line 3: port: needs int, not '80' (str)"),
        ("port = 0", "line 1: port: 0 is less than 1"),
        ("port = true", "line 1: port: needs int, not True (bool)"),
        ("ids = [1, false]", "line 1: ids: needs int, not False (bool)"),
        ("timeout = true", "line 1: timeout: needs timedelta, not True (bool)"),
        ("debug = 'no'", "line 1: debug: needs bool, not 'no' (str)"),
        ("name = '''\nport = 1'''\nport = 0", "line 3: port: 0 is less than 1"),
        ("name = 'x'\nids = [\n  1,\n  '2',\n]", "line 2: ids: needs int, not '2' (str)"),
        ("hosts = 'a,b'", "line 1: hosts: needs a list of str, not 'a,b' (str)"),
        ("timeout = 'x'", "line 1: timeout: 'x' is not a length of time, write it like '1h30m'"),
        ("[mysql]\nport = 3\n[log]\ndir = 1", "line 2: mysql.port: unknown option"),
        ("port = 1\nport =", "line 2: invalid value"),
        ("port = 1\nport = 2", "line 2: cannot overwrite a value"),
        ("port = 1\nname = '''", "line 2: expected \"'''\""),
        (b"port = 1\nname = '\xf1'", "line 2: TOML is UTF-8, but the byte 0xf1 is not"),
    ],
)
def test_a_wrong_toml_file_gets_one_message_with_the_line(
    parser: OptionParser, write: Write, text: str | bytes, message: str
) -> None:
    path = write("server.toml", text)
    with pytest.raises(Error) as caught:
        parser.parse_config_file(path)
    assert str(caught.value).startswith(f"{path}, {message}")


keys = st.text(st.sampled_from("abc"), min_size=1, max_size=3)
values = st.sampled_from(["1", "'a = 1'", "[\n 1,\n 2]", "'''\na = 1\nb\n'''", "{a = 1}"])


@given(st.lists(st.tuples(keys, values), unique_by=lambda pair: pair[0], min_size=1))
def test_the_line_of_every_key_is_found(pairs: list[tuple[str, str]]) -> None:
    text, lines = "", {}
    for key, value in pairs:
        lines[key] = text.count("\n") + 1
        text += f"{key} = {value}\n"
    assert {key: _find_key(text, [key]) for key in lines} == lines
    assert _find_key(text, ["d"]) is None
