"""The three loggers of Tornado."""

from __future__ import annotations

import logging

#: One line per answered request of a server.
access_log = logging.getLogger("tornado.access")
#: Errors in the application: exceptions that its handlers and callbacks did not catch.
app_log = logging.getLogger("tornado.application")
#: Everything else: warnings and errors of Tornado itself.
gen_log = logging.getLogger("tornado.general")
