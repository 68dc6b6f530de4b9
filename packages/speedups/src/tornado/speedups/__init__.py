"""Inner functions of other pieces in C.

Nothing has to be done with this module but installing it: :mod:`tornado.websocket` takes
:func:`websocket_mask` from here where it can be imported, and has a Python version for all other
places. ``TORNADO_EXTENSION=0`` in the environment leaves the C version unused, ``1`` lets the import
fail where it is missing.
"""

from __future__ import annotations

from tornado.util import publish

from ._speedups import websocket_mask

__all__ = ["websocket_mask"]

publish(globals())
