"""Tests for Tornado programs: test cases, a pytest plugin and a client without sockets."""

from __future__ import annotations

from tornado.util import publish

from ._ports import bind_unused_port

__all__ = ["bind_unused_port"]

publish(globals())
