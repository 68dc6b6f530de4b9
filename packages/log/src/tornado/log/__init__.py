"""Log formatters and loggers.

Three loggers take what Tornado has to say; ``logging`` configures them like any other:

:data:`access_log`
    One line per answered request.
:data:`app_log`
    Exceptions that the application let through.
:data:`gen_log`
    Everything else.

:func:`enable_pretty_logging` sends records to the standard error stream, in colour where that is a
terminal, or to files. :class:`LogFormatter` writes them for people, :class:`JSONLogFormatter` for
machines; both take any record without raising, and let none pass for two.
"""

# ruff: noqa: TC004 - the names in __all__ are imported when they are first asked for

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
