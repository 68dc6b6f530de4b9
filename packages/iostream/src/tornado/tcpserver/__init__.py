"""A non-blocking TCP server, single-process or forked, plain or TLS."""

from __future__ import annotations

from tornado.util import publish

from ._server import TCPServer

__all__ = ["TCPServer"]

publish(
    globals(),
    aliases={
        "IOLoop": "tornado.ioloop",
        "IOStream": "tornado.iostream",
        "SSLIOStream": "tornado.iostream",
        "add_accept_handler": "tornado.netutil",
        "bind_sockets": "tornado.netutil",
        "errno_from_exception": "tornado.util",
        "ssl_wrap_socket": "tornado.netutil",
    },
)
