"""The names that this module had in Tornado 2."""

from __future__ import annotations

from tornado.tcpserver import TCPServer

__all__ = ["TCPServer"]
