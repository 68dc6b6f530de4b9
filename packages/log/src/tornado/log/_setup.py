"""Handlers for the log, set up by options."""

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
    """The options of a program that has no options."""

    logging = "info"
    log_to_stderr: bool | None = None
    log_file_prefix: str | None = None
    log_as_json = False


def enable_pretty_logging(options: Any = None, logger: logging.Logger | None = None) -> None:
    """Send a logger's records to where the options say, in a form that reads well.

    Called by ``parse_command_line`` of ``tornado.options``. Without a file, and unless the logger
    has handlers already, records go to the standard error stream.

    :param options: an object with the options of :func:`define_logging_options`. Without it, those
        of ``tornado.options`` if the program has imported it, and otherwise their defaults.
    :param logger: the logger to set up; by default the root logger.
    :raises ValueError: if the option ``logging`` names no level, ``log_rotate_mode`` no mode,
        ``log_rotate_when`` no time, or ``log_rotate_interval`` is below 1.
    :raises OSError: if the file cannot be opened.
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
        handler = _opened_file_handler(options)
        handler.setFormatter(_formatter(options, color=False))
        logger.addHandler(handler)
    if options.log_to_stderr or (options.log_to_stderr is None and not logger.handlers):
        stderr = logging.StreamHandler()
        stderr.setFormatter(_formatter(options, color=True))
        logger.addHandler(stderr)


def _level_number(name: str) -> int:
    levels = logging.getLevelNamesMapping()
    try:
        return levels[name.upper()]
    except KeyError:
        known = "debug, info, warning, error, critical, none"
        raise _wrong("logging", f"{name!r} is none of {known}") from None


def _wrong(option: str, complaint: str) -> ValueError:
    """Make the error about an option."""
    error = ValueError(f"--{option}: {complaint}")
    _tell_in_a_line(error, str(error))
    return error


def _tell_in_a_line(error: Exception, message: str) -> None:
    """Spare who started the program a traceback about an option."""
    print_uncaught(error, f"{os.path.basename(sys.argv[0])}: {message}")


def _formatter(options: Any, *, color: bool) -> logging.Formatter:
    if getattr(options, "log_as_json", False):
        from ._json import JSONLogFormatter

        return JSONLogFormatter()
    return LogFormatter(color=color)


def _opened_file_handler(options: Any) -> logging.Handler:
    try:
        return _file_handler(options)
    except OSError as error:
        path = options.log_file_prefix
        _tell_in_a_line(error, f"--log-file-prefix: cannot open {path!r}: {error.strerror}")
        raise


def _file_handler(options: Any) -> logging.Handler:
    from logging import handlers  # it imports sockets and queues

    if options.log_rotate_mode == "size":
        return handlers.RotatingFileHandler(
            options.log_file_prefix,
            maxBytes=options.log_file_max_size,
            backupCount=options.log_file_num_backups,
            encoding="utf-8",
        )
    if options.log_rotate_mode != "time":
        raise _wrong("log-rotate-mode", f"{options.log_rotate_mode!r} is none of size, time")
    # Asked beforehand: the handler would open the file first, and then leave it open.
    if not re.fullmatch("[SMHD]|W[0-6]|MIDNIGHT", options.log_rotate_when.upper()):
        known = "S, M, H, D, W0 to W6, midnight"
        raise _wrong("log-rotate-when", f"{options.log_rotate_when!r} is none of {known}")
    if options.log_rotate_interval < 1:  # the handler would look for the next time for ever
        raise _wrong("log-rotate-interval", f"{options.log_rotate_interval} is below 1")
    return handlers.TimedRotatingFileHandler(
        options.log_file_prefix,
        when=options.log_rotate_when,
        interval=options.log_rotate_interval,
        backupCount=options.log_file_num_backups,
        encoding="utf-8",
    )
