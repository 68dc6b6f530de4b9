"""The options that set up the log.

This module does not import logging: `tornado.options` defines these options for every program, and
importing logging would cost more than everything else in it.
"""

from __future__ import annotations

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from typing import Any


def define_logging_options(options: Any = None) -> None:
    """Define the options of :func:`enable_pretty_logging`, and call it when they are parsed.

    :param options: an ``OptionParser``; by default the one of ``tornado.options``.
    :raises ImportError: there is no argument, and ``tornado-options`` is not installed.
    """
    if options is None:
        options = _shared_options()
    options.define(
        "logging",
        default="info",
        metavar="debug|info|warning|error|critical|none",
        help="the lowest level that is logged; none leaves Python's logging alone",
    )
    options.define(
        "log_to_stderr",
        type=bool,
        help="log to the standard error stream; on unless there is a log file",
    )
    options.define("log_as_json", type=bool, default=False, help="write each record as JSON")
    options.define(
        "log_file_prefix",
        type=str,
        metavar="PATH",
        help="log to this file; each process needs a file of its own",
    )
    options.define(
        "log_file_max_size",
        type=int,
        default=100_000_000,
        help="start a new log file after this number of bytes",
    )
    options.define("log_file_num_backups", type=int, default=10, help="number of old files to keep")
    options.define(
        "log_rotate_when",
        type=str,
        default="midnight",
        help="when to start a new file in the mode time: S, M, H, D, W0 to W6, midnight",
    )
    options.define(
        "log_rotate_interval",
        type=int,
        default=1,
        help="start a new file after this many units of log_rotate_when",
    )
    options.define(
        "log_rotate_mode", type=str, default="size", help="start a new file by: size or time"
    )
    options.add_parse_callback(lambda: _enable(options))


def _enable(options: Any) -> None:
    from ._setup import enable_pretty_logging

    enable_pretty_logging(options)


def _shared_options() -> Any:
    try:
        from tornado.options import options
    except ModuleNotFoundError as error:
        raise ImportError(
            "define_logging_options() without an argument needs tornado.options: "
            "install tornado-options, or pass an OptionParser"
        ) from error
    return options
