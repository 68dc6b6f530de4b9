"""Handlers for the log, set up according to options."""

from __future__ import annotations

import logging
import os
import re
import sys

from tornado.util import print_uncaught

from ._formatter import LogFormatter

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from typing import Any


class _Defaults:
    """The options of a program that defines none."""

    logging = "info"
    log_to_stderr: bool | None = None
    log_file_prefix: str | None = None
    log_as_json = False


def enable_pretty_logging(options: Any = None, logger: logging.Logger | None = None) -> None:
    """Add handlers to a logger that write readable lines to the places that options name.

    ``parse_command_line`` of ``tornado.options`` calls it. If there is no file, and the logger has
    no handlers yet, records go to the standard error stream.

    :param options: an object with the options of :func:`define_logging_options`. By default, those
        of ``tornado.options`` if the program has imported it, or else their defaults.
    :param logger: the logger to set up; by default the root logger.
    :raises ValueError: one of the options ``logging``, ``log_rotate_mode``, ``log_rotate_when`` and
        ``log_rotate_interval`` has a value that is not allowed.
    :raises OSError: the file cannot be opened.
    """
    if options is None:
        module = sys.modules.get("tornado.options")
        options = module.options if module is not None else _Defaults
    level = options.logging
    if level is None or level.lower() == "none":
        return
    if logger is None:
        logger = logging.getLogger()
    logger.setLevel(_level_number(level))
    if options.log_file_prefix:
        handler = _open_file_handler(options)
        handler.setFormatter(_make_formatter(options, color=False))
        logger.addHandler(handler)
    if options.log_to_stderr or (options.log_to_stderr is None and not logger.handlers):
        stderr = logging.StreamHandler()
        stderr.setFormatter(_make_formatter(options, color=True))
        logger.addHandler(stderr)


def _level_number(name: str) -> int:
    levels = logging.getLevelNamesMapping()
    try:
        return levels[name.upper()]
    except KeyError:
        known = "debug, info, warning, error, critical, none"
        raise _option_error("logging", f"{name!r} is not one of {known}") from None


def _option_error(option: str, problem: str) -> ValueError:
    """Return the error for a wrong value of an option."""
    error = ValueError(f"--{option}: {problem}")
    _print_in_one_line(error, str(error))
    return error


def _print_in_one_line(error: Exception, message: str) -> None:
    """Make an error print one line instead of a traceback, if it ends the program."""
    print_uncaught(error, f"{os.path.basename(sys.argv[0])}: {message}")


def _make_formatter(options: Any, *, color: bool) -> logging.Formatter:
    if getattr(options, "log_as_json", False):
        from ._json import JSONLogFormatter

        return JSONLogFormatter()
    return LogFormatter(color=color)


def _open_file_handler(options: Any) -> logging.Handler:
    try:
        return _make_file_handler(options)
    except OSError as error:
        path = options.log_file_prefix
        _print_in_one_line(error, f"--log-file-prefix: cannot open {path!r}: {error.strerror}")
        raise


def _make_file_handler(options: Any) -> logging.Handler:
    from logging import handlers  # slow: it imports sockets and queues

    if options.log_rotate_mode == "size":
        return handlers.RotatingFileHandler(
            options.log_file_prefix,
            maxBytes=options.log_file_max_size,
            backupCount=options.log_file_num_backups,
            encoding="utf-8",
        )
    if options.log_rotate_mode != "time":
        problem = f"{options.log_rotate_mode!r} is not one of size, time"
        raise _option_error("log-rotate-mode", problem)
    # The handler itself would open the file before it raises, and leave it open.
    if not re.fullmatch("[SMHD]|W[0-6]|MIDNIGHT", options.log_rotate_when.upper()):
        known = "S, M, H, D, W0 to W6, midnight"
        problem = f"{options.log_rotate_when!r} is not one of {known}"
        raise _option_error("log-rotate-when", problem)
    if options.log_rotate_interval < 1:  # the handler would never find the next time
        raise _option_error("log-rotate-interval", f"{options.log_rotate_interval} is below 1")
    return handlers.TimedRotatingFileHandler(
        options.log_file_prefix,
        when=options.log_rotate_when,
        interval=options.log_rotate_interval,
        backupCount=options.log_file_num_backups,
        encoding="utf-8",
    )
