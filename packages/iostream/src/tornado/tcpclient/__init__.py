"""Connect to TCP servers by name, quickly and safely.

::

    stream = await TCPClient().connect("www.example.com", 443, ssl_options={}, timeout=10)
"""

from __future__ import annotations

from tornado.util import publish

from ._client import TCPClient

__all__ = ["TCPClient"]

publish(
    globals(),
    aliases={
        "IOLoop": "tornado.ioloop",
        "IOStream": "tornado.iostream",
        "Resolver": "tornado.netutil",
        "future_add_done_callback": "tornado.concurrent",
    },
)
