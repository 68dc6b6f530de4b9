"""Servers as classic programs started them."""

from __future__ import annotations

import socket

import tornado.httpserver
import tornado.netutil


def bound() -> tuple[socket.socket, int]:
    """Return a listening socket and its port."""
    (listener,) = tornado.netutil.bind_sockets(0, "127.0.0.1", family=socket.AF_INET)
    return listener, listener.getsockname()[1]


def serve(application, loop, **options) -> tuple[tornado.httpserver.HTTPServer, str]:
    """Serve an application on a loop, and return the server and its address."""
    server = tornado.httpserver.HTTPServer(application, False, loop, **options)
    listener, port = bound()
    server.add_socket(listener)
    return server, f"http://127.0.0.1:{port}"
