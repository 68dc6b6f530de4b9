from __future__ import annotations

import copy
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tornado.options import Error, OptionParser


def test_options_are_attributes_and_items(parser: OptionParser) -> None:
    assert parser.port == parser["port"] == 8888
    parser.port = 80
    parser["name"] = "other"
    assert (parser.port, parser.name) == (80, "other")


def test_dashes_and_underscores_mean_the_same(parser: OptionParser) -> None:
    parser.mysql_host = "db"
    parser["log-dir"] = "logs"
    assert parser["mysql-host"] == parser["mysql_host"] == getattr(parser, "mysql-host") == "db"
    assert parser.log_dir == "logs"
    assert "mysql_host" in parser
    assert "mysql-host" in parser
    parser.parse_command_line(["x", "--mysql_host=a", "--log-dir=b"])
    assert (parser.mysql_host, parser.log_dir) == ("a", "b")


def test_an_option_with_the_name_of_a_method_is_an_item() -> None:
    parser = OptionParser()
    parser.define("items", default=3)
    parser.parse_command_line(["x", "--items=4"])
    assert parser["items"] == 4
    assert ("items", 4) in parser.items()


def test_an_option_with_the_name_of_a_private_attribute_does_no_harm() -> None:
    parser = OptionParser()
    parser.define("_options", default=3)
    parser.parse_command_line(["x", "--_options=4"])
    assert parser["_options"] == 4


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("prot", "unknown option 'prot', did you mean port?"),
        ("mysql_hots", "unknown option 'mysql_hots', did you mean mysql-host?"),
        ("zzzzzz", "unknown option 'zzzzzz'"),
    ],
)
def test_a_missing_option_is_an_attribute_error_with_a_suggestion(
    parser: OptionParser, name: str, message: str
) -> None:
    for ask in (
        lambda: getattr(parser, name),
        lambda: parser[name],
        lambda: setattr(parser, name, 1),
        lambda: parser.__setitem__(name, 1),
        lambda: parser.source_of(name),
    ):
        with pytest.raises(AttributeError) as caught:
            ask()
        assert (str(caught.value), caught.value.name) == (message, name)
    assert not hasattr(parser, name)
    assert name not in parser
    assert 3 not in parser


def test_options_cannot_be_deleted(parser: OptionParser) -> None:
    with pytest.raises(AttributeError, match="option 'port' cannot be deleted"):
        del parser.port
    assert parser.port == 8888


def test_a_parser_can_be_iterated(parser: OptionParser) -> None:
    names = list(parser)
    assert names[:3] == ["help", "port", "name"]
    assert list(parser.items()) == [(name, parser[name]) for name in names]
    assert parser.as_dict() == dict(parser.items())
    assert parser.as_dict() is not parser.as_dict()


def test_groups_are_files_unless_they_are_named(parser: OptionParser) -> None:
    here = str(Path(__file__).with_name("conftest.py"))
    assert parser.groups() == {"", "Logs", here}
    assert parser.group_dict("Logs") == {"log_dir": None}
    assert "port" in parser.group_dict(here)
    assert parser.group_dict("") == parser.group_dict(None) == parser.as_dict()
    assert parser.group_dict("no such group") == {}


def test_an_option_that_is_defined_twice_names_both_places() -> None:
    parser = OptionParser()
    first = compile("\nparser.define('port')", "/srv/first.py", "exec")
    second = compile("parser.define('port', default=80)", "/srv/second.py", "exec")
    exec(first, {"parser": parser})
    with pytest.raises(Error) as caught:
        exec(second, {"parser": parser})
    assert str(caught.value) == (
        "Option 'port' already defined in /srv/first.py:2, and again in /srv/second.py:1"
    )


@pytest.mark.parametrize(("first", "second"), [("a-b", "a_b"), ("a_b", "a-b")])
def test_names_that_mean_the_same_are_the_same(first: str, second: str) -> None:
    parser = OptionParser()
    parser.define(first)
    with pytest.raises(Error, match=f"Option '{second}' already defined"):
        parser.define(second)


def test_help_cannot_be_defined_again() -> None:
    with pytest.raises(Error, match=r"'help' already defined in tornado\.options, and again in "):
        OptionParser().define("help")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--prot=1"], "unknown option --prot, did you mean --port?"),
        (["--mysql_hots=1"], "unknown option --mysql_hots, did you mean --mysql-host?"),
        (["-zzzzzz"], "unknown option --zzzzzz, --help lists them"),
        (["--port", "80"], "--port: needs a value, write --port=INT"),
        (["--hosts"], "--hosts: needs a value, write --hosts=TEXT,..."),
        (["--port=x"], "--port: 'x' is not a whole number"),
        (["--port=0"], "--port: 0 is less than 1"),
        (["--debug=perhaps"], "--debug: 'perhaps' is neither true nor false"),
        (["--rate=x"], "--rate: 'x' is not a number"),
    ],
)
def test_a_wrong_command_line_gets_one_clear_message(
    parser: OptionParser, words: list[str], message: str
) -> None:
    with pytest.raises(Error) as caught:
        parser.parse_command_line(["x", *words])
    assert str(caught.value) == message


def test_a_command_line_returns_the_arguments_after_the_options(
    parser: OptionParser, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert parser.parse_command_line(["x", "--port=80", "--debug", "a", "--b"]) == ["a", "--b"]
    assert (parser.port, parser.debug) == (80, True)
    monkeypatch.setattr("sys.argv", ["x", "--port=81", "file"])
    assert parser.parse_command_line() == ["file"]
    assert parser.port == 81
    assert parser.parse_command_line([]) == []


def test_parse_callbacks_wait_for_the_last_source(parser: OptionParser, tmp_path: Path) -> None:
    calls: list[int] = []
    parser.add_parse_callback(lambda: calls.append(parser.port))
    config = tmp_path / "x.conf"
    config.write_text("port = 2")
    parser.parse_command_line(["x", "--port=1"], final=False)
    parser.parse_config_file(config, final=False)
    parser.parse_environment("APP_", {"APP_PORT": "3"}, final=False)
    assert calls == []
    parser.parse_command_line(["x", "--port=4"])
    parser.run_parse_callbacks()
    assert calls == [4, 4]


def test_copies_are_independent(parser: OptionParser) -> None:
    other = copy.deepcopy(parser)
    other.port = 80
    assert (parser.port, parser["port"]) == (8888, 8888)
    assert (other.port, other["port"]) == (80, 80)


@given(st.lists(st.tuples(st.sampled_from(["port", "name", "ids"]), st.text())))
def test_any_command_line_is_accepted_or_refused(arguments: list[tuple[str, str]]) -> None:
    parser = OptionParser()
    parser.define("port", type=int)
    parser.define("name", type=str)
    parser.define("ids", type=float, multiple=True)
    try:
        rest = parser.parse_command_line(["x", *(f"--{name}={text}" for name, text in arguments)])
    except Error as error:
        assert str(error).startswith("--")  # noqa: PT017 - both outcomes are fine
    else:
        expected = dict(arguments)
        assert rest == []
        assert parser.name == expected.get("name")
        assert parser.port == (int(expected["port"]) if "port" in expected else None)
