"""Names of `tornado.log` that are documented as names of `tornado.options` too."""

from __future__ import annotations

from tornado.log import define_logging_options, enable_pretty_logging

__all__ = ["define_logging_options", "enable_pretty_logging"]
