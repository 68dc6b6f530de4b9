"""Names that were always found here, though they belong to :mod:`tornado.util`."""

from __future__ import annotations

from tornado.util import ObjectDict, exec_in

__all__ = ["ObjectDict", "exec_in"]
