"""Log formatters and loggers.

Tornado writes to three loggers, which are configured like any others of ``logging``:

:data:`access_log`
    One line per answered request.
:data:`app_log`
    Exceptions that the application did not catch.
:data:`gen_log`
    Everything else.

:func:`enable_pretty_logging` sends records to the standard error stream, in colour if it is a
terminal, or to files. :class:`LogFormatter` writes lines for people, :class:`JSONLogFormatter` lines
for machines. Both format any record without raising, and no record can look like two.
"""

# ruff: noqa: TC004 - the names in __all__ are imported when they are first used

from __future__ import annotations

from tornado.util import publish

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from ._color import colorama
    from ._formatter import LogFormatter
    from ._json import JSONLogFormatter
    from ._loggers import access_log, app_log, gen_log
    from ._options import define_logging_options
    from ._setup import enable_pretty_logging

__all__ = [
    "JSONLogFormatter",
    "LogFormatter",
    "access_log",
    "app_log",
    "colorama",
    "define_logging_options",
    "enable_pretty_logging",
    "gen_log",
]

publish(
    globals(),
    {
        "JSONLogFormatter": "_json",
        "LogFormatter": "_formatter",
        "access_log": "_loggers",
        "app_log": "_loggers",
        "colorama": "_color",
        "define_logging_options": "_options",
        "enable_pretty_logging": "_setup",
        "gen_log": "_loggers",
    },
)
