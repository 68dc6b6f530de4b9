import logging
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tornado.log import LogFormatter

SHORT = "%(color)s%(levelname)s%(end_color)s %(message)s"


@pytest.fixture
def formatter():
    return LogFormatter(SHORT, color=False)


@pytest.fixture
def exc_info():
    try:
        raise RuntimeError("first\nsecond")
    except RuntimeError:
        return sys.exc_info()


def test_the_default_line_has_level_time_place_and_message(make_record, monkeypatch):
    monkeypatch.setattr(LogFormatter, "converter", staticmethod(__import__("time").gmtime))
    record = make_record("hello %s", ("ann",))
    record.created = 1_000_000_000
    assert LogFormatter(color=False).format(record) == "[I 010909 01:46:40 app:12] hello ann"


@pytest.mark.parametrize(
    ("message", "args", "line"),
    [
        ("plain", (), "INFO plain"),
        ("100 %", (), "INFO 100 %"),
        ("%d of %d", (1, 2), "INFO 1 of 2"),
        ("%(a)s", ({"a": "x"},), "INFO x"),
        ("caf\u00e9 \u4e2d", (), "INFO caf\u00e9 \u4e2d"),
        (b"\xe9", (), "INFO b'\\xe9'"),
        ("%s", (b"\xff",), "INFO b'\\xff'"),
        (None, (), "INFO None"),
        (["a"], (), "INFO ['a']"),
    ],
)
def test_messages_of_every_kind_are_shown(formatter, make_record, message, args, line):
    assert formatter.format(make_record(message, args)) == line


def test_arguments_that_do_not_fit_are_shown_and_do_not_raise(formatter, make_record):
    line = formatter.format(make_record("%d", ("x",)))
    assert line.startswith("INFO Bad message (TypeError(")
    assert line.endswith("msg='%d', args=('x',)")


def test_values_that_cannot_be_shown_do_not_raise(formatter, make_record, unshowable):
    line = formatter.format(make_record("%s", (unshowable,)))
    assert "args=<tuple whose repr raises ValueError>" in line
    line = formatter.format(make_record(unshowable))
    assert "msg=<Unshowable whose repr raises ValueError>" in line


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("a\nb\r\nc", "a\n    b\\r\n    c"),
        ("\x1b[2J\x1b]0;title\x07", "\\x1b[2J\\x1b]0;title\\x07"),
        ("tab\tstays", "tab\tstays"),
        ("\x1b[1;31mred\x1b[0m", "\x1b[1;31mred\x1b[0m"),
        ("\x9b2J \x85 \x7f", "\\x9b2J \\x85 \\x7f"),
        ("\u2028\u2029", "\\u2028\\u2029"),
        ("\udc80", "\\udc80"),
    ],
)
def test_control_characters_are_shown_as_escapes(formatter, make_record, message, shown):
    assert formatter.format(make_record(message)) == f"INFO {shown}"
    assert formatter.format(make_record("%s", (message,))) == f"INFO {shown}"


@given(st.text())
def test_no_message_can_start_a_line_or_break_the_file(message):
    record = logging.LogRecord("n", logging.INFO, "/f.py", 1, message, (), None)
    line = LogFormatter("> %(message)s", color=False).format(record)
    line.encode()
    first, *others = line.splitlines()
    assert first.startswith("> ")
    assert all(other.startswith("    ") for other in others)


def test_a_traceback_is_indented_below_the_message(formatter, make_record, exc_info):
    lines = formatter.format(make_record("oops", level=logging.ERROR, exc_info=exc_info))
    assert lines.startswith("ERROR oops\n    Traceback (most recent call last):\n      File ")
    assert lines.endswith("\n    RuntimeError: first\n    second")


def test_a_subclass_may_override_the_form_of_exceptions(make_record, exc_info):
    class Short(LogFormatter):
        def formatException(self, exc_info):
            return f"just {exc_info[0].__name__}"

    line = Short(SHORT, color=False).format(make_record("oops", exc_info=exc_info))
    assert line == "INFO oops\n    just RuntimeError"


def test_the_text_of_an_exception_made_by_another_handler_is_used(formatter, make_record, exc_info):
    record = make_record("oops", exc_info=exc_info)
    record.exc_text = "made before"
    assert formatter.format(record) == "INFO oops\n    made before"


def test_the_stack_is_shown_if_the_record_has_one(formatter, make_record):
    record = make_record("here")
    record.stack_info = "Stack:\n  File"
    assert formatter.format(record) == "INFO here\n    Stack:\n      File"


@pytest.mark.parametrize(
    ("style", "fmt"),
    [("%", "%(name)s|%(message)s"), ("{", "{name}|{message}"), ("$", "$name|$message")],
)
def test_every_style_of_placeholders_is_understood(make_record, style, fmt):
    assert LogFormatter(fmt, style=style, color=False).format(make_record("m")) == "example|m"


def test_the_defaults_can_be_extended(make_record):
    formatter = LogFormatter(
        f"shop {LogFormatter.DEFAULT_FORMAT}",
        LogFormatter.DEFAULT_DATE_FORMAT,
        colors=LogFormatter.DEFAULT_COLORS | {logging.DEBUG: 6},
    )
    record = make_record("hello")
    assert formatter.format(record) == f"shop {LogFormatter().format(record)}"


def test_the_date_has_the_given_format(make_record):
    record = make_record("m")
    assert LogFormatter("%(asctime)s", datefmt="<%%>", color=False).format(record) == "<%>"


@pytest.mark.parametrize(
    ("level", "color"),
    [
        (logging.DEBUG, "\x1b[34m"),
        (logging.INFO, "\x1b[32m"),
        (logging.WARNING, "\x1b[33m"),
        (logging.ERROR, "\x1b[31m"),
        (logging.CRITICAL, "\x1b[35m"),
    ],
)
def test_every_level_has_its_color(monkeypatch, make_record, level, color):
    monkeypatch.setenv("FORCE_COLOR", "1")
    line = LogFormatter(SHORT).format(make_record("m", level=level))
    assert line == f"{color}{logging.getLevelName(level)}\x1b[0m m"


def test_colors_can_be_chosen_and_levels_without_one_are_plain(monkeypatch, make_record):
    monkeypatch.setenv("FORCE_COLOR", "1")
    formatter = LogFormatter(SHORT, colors={logging.INFO: 9, 25: 208})
    assert formatter.format(make_record("m")) == "\x1b[91mINFO\x1b[0m m"
    assert formatter.format(make_record("m", level=25)).startswith("\x1b[38;5;208mLevel 25")
    assert formatter.format(make_record("m", level=logging.ERROR)) == "ERROR m"


def test_one_record_through_two_formatters_has_the_colors_of_each(monkeypatch, make_record):
    monkeypatch.setenv("FORCE_COLOR", "1")
    record = make_record("m")
    assert LogFormatter(SHORT).format(record) == "\x1b[32mINFO\x1b[0m m"
    assert LogFormatter(SHORT, color=False).format(record) == "INFO m"


def test_a_truth_value_as_the_first_argument_is_the_color_of_3_x():
    assert LogFormatter(False)._fmt == LogFormatter(True)._fmt == LogFormatter.DEFAULT_FORMAT
    assert LogFormatter(False)._colors == {}
