import json
import logging

import pytest

from tornado.log import JSONLogFormatter

NAMES = ("status", "method", "uri", "remote_ip", "milliseconds")
FORM = "%d %s %.2fms"


def fields_of(message, *args, logger="tornado.access", **extra):
    record = logging.getLogger(logger).makeRecord(
        logger, logging.INFO, "/srv/app.py", 1, message, args, None, extra=extra
    )
    line = json.loads(JSONLogFormatter().format(record))
    return tuple(line[name] for name in NAMES if name in line)


@pytest.mark.parametrize(
    ("summary", "parts"),
    [
        ("GET / (127.0.0.1)", ("GET", "/", "127.0.0.1")),
        ("POST /a (b) c (::1)", ("POST", "/a (b) c", "::1")),
        ("GET /\n\x1b[2J (None)", ("GET", "/\n\x1b[2J", "None")),
        ("GET /only ()", ("GET", "/only", "")),
    ],
)
def test_a_line_of_an_application_is_split_into_fields(summary, parts):
    assert fields_of(FORM, 200, summary, 1.23456) == (200, *parts, 1.235)


@pytest.mark.parametrize(
    "args",
    [
        (FORM, 200, "no address", 1.0),
        (FORM, 200, "", 1.0),
        (FORM, 200, "GET / (127.0.0.1", 1.0),
        ("%s %s %s", "200", "GET / (127.0.0.1)", 1.0),
        ("%s %s", 200, "GET / (127.0.0.1)"),
        ("%(a)s", {"a": 1}),
        ("GET / (127.0.0.1)",),
    ],
)
def test_a_line_of_another_form_has_no_fields(args):
    assert fields_of(*args) == ()


def test_lines_of_other_loggers_have_no_fields():
    assert fields_of(FORM, 200, "GET / (127.0.0.1)", 1.0, logger="tornado.general") == ()


def test_fields_of_the_program_win():
    assert fields_of(FORM, 200, "GET / (127.0.0.1)", 1.0, status=201)[0] == 201
