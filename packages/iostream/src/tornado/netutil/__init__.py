"""Listening sockets, name resolution and TLS options."""

from __future__ import annotations

from tornado.util import publish

from ._accept import add_accept_handler
from ._bind import bind_sockets

__all__ = ["add_accept_handler", "bind_sockets"]

publish(globals())
