"""Listening sockets, name resolution and TLS settings.

Servers listen with `bind_sockets`, `bind_unix_socket` and `add_accept_handler`, which `.TCPServer`
puts together. Clients turn names into addresses with a `Resolver`, as `.TCPClient` does. Both take
their TLS settings as an `ssl.SSLContext` or as a dict for `ssl_options_to_context`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tornado.util import publish

from ._accept import add_accept_handler
from ._address import is_valid_ip
from ._bind import bind_sockets
from ._resolver import (
    BlockingResolver,
    DefaultExecutorResolver,
    DefaultLoopResolver,
    ExecutorResolver,
    OverrideResolver,
    Resolver,
    ThreadedResolver,
)
from ._tls import ssl_options_to_context, ssl_wrap_socket
from ._unix import bind_unix_socket

if TYPE_CHECKING:
    from ._classic import TCPServer  # noqa: TC004 - imported when it is asked for

__all__ = [
    "BlockingResolver",
    "DefaultExecutorResolver",
    "DefaultLoopResolver",
    "ExecutorResolver",
    "OverrideResolver",
    "Resolver",
    "TCPServer",
    "ThreadedResolver",
    "add_accept_handler",
    "bind_sockets",
    "bind_unix_socket",
    "is_valid_ip",
    "ssl_options_to_context",
    "ssl_wrap_socket",
]

publish(
    globals(),
    {"TCPServer": "_classic"},
    aliases={
        "Configurable": "tornado.util",
        "IOLoop": "tornado.ioloop",
        "errno_from_exception": "tornado.util",
        "run_on_executor": "tornado.concurrent",
    },
)
