"""A module that defines an option, for the tests of who defined what."""

from __future__ import annotations

from tornado.options import OptionParser

LINE = 11


def define_port(parser: OptionParser) -> None:
    parser.define("port", default=8888)
