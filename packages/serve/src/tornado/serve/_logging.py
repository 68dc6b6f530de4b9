"""The log of the command."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING

from tornado.log import JSONLogFormatter, LogFormatter, access_log

if TYPE_CHECKING:
    from ._command._settings import LogSettings


def set_up_logging(settings: LogSettings) -> None:
    """Write the log to the standard error stream, as the options say."""
    handler = logging.StreamHandler(sys.stderr)
    is_json = settings.log_format == "json"
    handler.setFormatter(JSONLogFormatter() if is_json else LogFormatter())
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(settings.log_level.upper())
    if not settings.access_log:
        access_log.setLevel(logging.CRITICAL + 1)  # servers ask for the level before they format
