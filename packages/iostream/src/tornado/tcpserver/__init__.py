"""A non-blocking TCP server, single-process or forked, plain or TLS."""

from __future__ import annotations

from tornado.util import publish

from ._server import TCPServer

__all__ = ["TCPServer"]

publish(globals())
