import json
import logging
import logging.handlers
import subprocess
import sys

import pytest

from tornado.log import (
    JSONLogFormatter,
    LogFormatter,
    define_logging_options,
    enable_pretty_logging,
)


class Options:
    """The part of a parser that define_logging_options needs, with the defaults as attributes."""

    def __init__(self):
        self.defined = {}
        self.callbacks = []

    def define(self, name, default=None, type=None, help=None, metavar=None):
        self.defined[name] = type or __builtins__["type"](default)
        setattr(self, name, default)
        assert help

    def add_parse_callback(self, callback):
        self.callbacks.append(callback)


@pytest.fixture
def options():
    made = Options()
    define_logging_options(made)
    return made


def test_the_documented_options_are_defined_with_their_types_and_defaults(options):
    assert {name: (kind, getattr(options, name)) for name, kind in options.defined.items()} == {
        "logging": (str, "info"),
        "log_to_stderr": (bool, None),
        "log_as_json": (bool, False),
        "log_file_prefix": (str, None),
        "log_file_max_size": (int, 100_000_000),
        "log_file_num_backups": (int, 10),
        "log_rotate_when": (str, "midnight"),
        "log_rotate_interval": (int, 1),
        "log_rotate_mode": (str, "size"),
    }


def test_parsing_the_options_sets_up_the_root_logger(options, monkeypatch, logger):
    monkeypatch.setattr(logging, "root", logger)
    monkeypatch.setattr(logging.Logger, "root", logger)
    (callback,) = options.callbacks
    options.logging = "debug"
    callback()
    assert logger.level == logging.DEBUG
    assert [type(handler.formatter) for handler in logger.handlers] == [LogFormatter]


def test_without_options_records_from_info_on_go_to_the_standard_error_stream():
    program = (
        "import logging, tornado.log\n"
        "tornado.log.enable_pretty_logging()\n"
        "logging.debug('hidden')\n"
        "logging.info('shown')\n"
    )
    errors = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, text=True
    ).stderr
    assert errors.endswith("] shown\n")
    assert errors.count("\n") == 1


def test_without_an_argument_the_options_that_the_program_has_imported_are_used(
    monkeypatch, options, logger
):
    options.logging = "error"
    module = type(sys)("tornado.options")
    module.options = options
    monkeypatch.setitem(sys.modules, "tornado.options", module)
    enable_pretty_logging(logger=logger)
    assert logger.level == logging.ERROR


@pytest.mark.parametrize("level", ["none", "None", None])
def test_none_leaves_the_logger_alone(options, logger, level):
    options.logging = level
    enable_pretty_logging(options, logger)
    assert logger.handlers == []
    assert logger.level == logging.NOTSET


def test_a_logger_with_handlers_gets_no_other_unless_the_options_say_so(options, logger):
    logger.addHandler(logging.NullHandler())
    enable_pretty_logging(options, logger)
    assert len(logger.handlers) == 1
    options.log_to_stderr = True
    enable_pretty_logging(options, logger)
    assert len(logger.handlers) == 2


def test_the_standard_error_stream_can_be_switched_off(options, logger):
    options.log_to_stderr = False
    enable_pretty_logging(options, logger)
    assert logger.handlers == []
    assert logger.level == logging.INFO


def test_records_go_to_a_file_instead_of_the_terminal(options, logger, tmp_path, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    options.log_file_prefix = str(tmp_path / "app.log")
    enable_pretty_logging(options, logger)
    (handler,) = logger.handlers
    assert isinstance(handler, logging.handlers.RotatingFileHandler)
    assert (handler.maxBytes, handler.backupCount) == (100_000_000, 10)
    logger.info("caf\u00e9 \udc80")
    text = (tmp_path / "app.log").read_bytes().decode()
    assert text.endswith("] caf\u00e9 \\udc80\n")
    assert "\x1b" not in text


def test_files_are_rotated_by_size(options, logger, tmp_path):
    options.log_file_prefix = str(tmp_path / "app.log")
    options.log_file_max_size = 100
    options.log_file_num_backups = 2
    enable_pretty_logging(options, logger)
    for number in range(10):
        logger.info("message %d, of some length to fill the file", number)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["app.log", "app.log.1", "app.log.2"]


def test_files_are_rotated_by_time(options, logger, tmp_path):
    options.log_file_prefix = str(tmp_path / "app.log")
    options.log_rotate_mode = "time"
    options.log_rotate_when = "H"
    options.log_rotate_interval = 6
    options.log_to_stderr = True
    enable_pretty_logging(options, logger)
    handler, stderr = logger.handlers
    assert isinstance(handler, logging.handlers.TimedRotatingFileHandler)
    assert handler.interval == 6 * 3600
    assert type(stderr) is logging.StreamHandler


def test_records_are_written_as_json_if_the_options_say_so(options, logger, tmp_path):
    options.log_file_prefix = str(tmp_path / "app.log")
    options.log_as_json = True
    options.log_to_stderr = True
    enable_pretty_logging(options, logger)
    logger.handlers.pop()
    logger.info("two\nlines", extra={"status": 200})
    (line,) = (tmp_path / "app.log").read_text().splitlines()
    assert json.loads(line)["message"] == "two\nlines"
    assert json.loads(line)["status"] == 200
    assert type(logger.handlers[0].formatter) is JSONLogFormatter


def test_options_that_were_defined_without_json_are_enough(options, logger):
    del options.log_as_json
    enable_pretty_logging(options, logger)
    assert type(logger.handlers[0].formatter) is LogFormatter


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("logging", "loud", "--logging: 'loud' is not one of debug, .*, none"),
        ("log_rotate_mode", "moon", "--log-rotate-mode: 'moon' is not one of size, time"),
        ("log_rotate_when", "W9", "--log-rotate-when: 'W9' is not one of S, .* W0 to W6, midnight"),
        ("log_rotate_interval", 0, "--log-rotate-interval: 0 is below 1"),
        ("log_rotate_interval", -1, "--log-rotate-interval: -1 is below 1"),
    ],
)
def test_a_wrong_option_is_a_clear_error(options, logger, tmp_path, name, value, message):
    options.log_file_prefix = str(tmp_path / "app.log")
    options.log_rotate_mode = "time"
    setattr(options, name, value)
    with pytest.raises(ValueError, match=message):
        enable_pretty_logging(options, logger)


@pytest.mark.parametrize(
    ("path", "reason"),
    [("missing/app.log", "No such file or directory"), (".", "Is a directory")],
)
def test_a_file_that_cannot_be_opened_is_an_error_of_one_line(tmp_path, path, reason):
    program = (
        "import sys, tornado.log\n"
        "class Options:\n"
        "    logging, log_to_stderr = 'info', None\n"
        "    log_file_prefix, log_rotate_mode = sys.argv[1], 'size'\n"
        "    log_file_max_size, log_file_num_backups = 1000, 1\n"
        "tornado.log.enable_pretty_logging(Options)\n"
    )
    path = str(tmp_path / path)
    script = tmp_path / "program.py"
    script.write_text(program, encoding="utf-8")

    result = subprocess.run(
        [sys.executable, str(script), path], capture_output=True, check=False, text=True
    )

    expected = f"program.py: --log-file-prefix: cannot open {path!r}: {reason}\n"
    assert (result.returncode, result.stderr) == (1, expected)


def test_without_the_options_package_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "tornado.options", None)
    with pytest.raises(ImportError, match="install tornado-options, or pass an OptionParser"):
        define_logging_options()


def test_without_an_argument_the_options_of_the_program_are_defined(monkeypatch):
    made = Options()
    module = type(sys)("tornado.options")
    module.options = made
    monkeypatch.setitem(sys.modules, "tornado.options", module)
    define_logging_options()
    assert "log_file_prefix" in made.defined
