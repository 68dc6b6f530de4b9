"""Listening sockets, name resolution and TLS settings.

Servers listen with `bind_sockets`, `bind_unix_socket` and `add_accept_handler`, which `.TCPServer`
combines. Clients turn names into addresses with a `Resolver`, as `.TCPClient` does. Both take
their TLS settings as an `ssl.SSLContext` or as a dict for `ssl_options_to_context`.
"""

# ruff: noqa: TC004 - the names in __all__ are imported when they are first asked for

from __future__ import annotations

from typing import TYPE_CHECKING

from tornado.util import publish

from ._accept import add_accept_handler
from ._bind import bind_sockets
from ._tls import ssl_options_to_context, ssl_wrap_socket

if TYPE_CHECKING:
    from ._address import is_valid_ip
    from ._classic import TCPServer
    from ._resolver import (
        BlockingResolver,
        DefaultExecutorResolver,
        DefaultLoopResolver,
        ExecutorResolver,
        OverrideResolver,
        Resolver,
        ThreadedResolver,
    )
    from ._tls_files import TLSFiles
    from ._unix import bind_unix_socket

__all__ = [
    "BlockingResolver",
    "DefaultExecutorResolver",
    "DefaultLoopResolver",
    "ExecutorResolver",
    "OverrideResolver",
    "Resolver",
    "TCPServer",
    "TLSFiles",
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
    {
        "BlockingResolver": "_resolver",
        "DefaultExecutorResolver": "_resolver",
        "DefaultLoopResolver": "_resolver",
        "ExecutorResolver": "_resolver",
        "OverrideResolver": "_resolver",
        "Resolver": "_resolver",
        "TCPServer": "_classic",
        "TLSFiles": "_tls_files",
        "ThreadedResolver": "_resolver",
        "bind_unix_socket": "_unix",
        "is_valid_ip": "_address",
    },
    aliases={
        "Configurable": "tornado.util",
        "IOLoop": "tornado.ioloop",
        "errno_from_exception": "tornado.util",
        "run_on_executor": "tornado.concurrent",
    },
)
