"""Options of a program, from its command line, configuration files and environment.

Every module defines the options that it needs at its top level, and reads their values when it uses
them::

    from tornado.options import define, options

    define("port", default=8888, help="run on the given port", minimum=1, maximum=65535)
    define("hosts", multiple=True, help="addresses to listen on")

    def listen(application):
        for host in options.hosts:
            application.listen(options.port, host)

The main module parses them after everything has been imported::

    import tornado.options

    if __name__ == "__main__":
        tornado.options.parse_command_line()

Now ``server.py --port=80 --hosts=127.0.0.1,::1`` works, and so does ``server.py --help``. There are
also the options ``--logging`` and ``--log-*``, by which logging is set up when parsing is done: see
`tornado.log`. ``--logging=none`` leaves logging alone.

`parse_sources` also reads configuration files and environment variables, in the usual order of
precedence: the command line, the environment, the files, the defaults.
"""

# ruff: noqa: TC004 - two names in __all__ are imported when they are first used

from __future__ import annotations

from tornado.escape import native_str
from tornado.util import exec_in, publish

from ._errors import Error, InvalidValue
from ._parser import OptionParser
from ._shared import (
    add_parse_callback,
    define,
    options,
    parse_command_line,
    parse_config_file,
    parse_environment,
    parse_sources,
    print_help,
)
from ._source import Source

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from ._logging import define_logging_options, enable_pretty_logging

__all__ = [
    "Error",
    "InvalidValue",
    "OptionParser",
    "Source",
    "add_parse_callback",
    "define",
    "define_logging_options",
    "enable_pretty_logging",
    "exec_in",
    "native_str",
    "options",
    "parse_command_line",
    "parse_config_file",
    "parse_environment",
    "parse_sources",
    "print_help",
]

publish(
    globals(),
    # Importing logging is slow; a program that sets it up has imported it by then.
    {"define_logging_options": "_logging", "enable_pretty_logging": "_logging"},
)
