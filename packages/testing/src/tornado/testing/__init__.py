"""Tests for programs that run on a loop.

A test of a web application is a test case with a server and a client of its own::

    import tornado.testing
    import tornado.web

    class Hello(tornado.web.RequestHandler):
        def get(self):
            self.write("Hello, world")

    class HelloTest(tornado.testing.AsyncHTTPTestCase):
        def get_app(self):
            return tornado.web.Application([("/", Hello)])

        def test_says_hello(self):
            response = self.fetch("/")
            self.assertEqual(response.body, b"Hello, world")

:class:`AsyncTestCase` is the same without a server, and :class:`AsyncHTTPSTestCase` with TLS. Use
the decorator :func:`gen_test` for a test that is a coroutine, and :class:`ExpectLog` for a line that
the log should contain.

:class:`MemoryClient` tests handlers without a socket, those of websockets too. The pytest plugin of this distribution is
:mod:`tornado.pytest_plugin`.

A task, timer, socket or client that a test leaves behind is reported with the line that made it; see
:attr:`AsyncTestCase.leftovers`.
"""

# ruff: noqa: TC004 - the names in __all__ are imported when they are first asked for

from __future__ import annotations

from typing import TYPE_CHECKING

from tornado.util import publish

from ._async_case import AsyncTestCase
from ._context import setup_with_context_manager
from ._expect_log import ExpectLog
from ._gen_test import gen_test
from ._http_case import AsyncHTTPSTestCase, AsyncHTTPTestCase
from ._log_trap import LogTrapTestCase
from ._main import main
from ._ports import bind_unused_port, get_unused_port
from ._timeout import get_async_test_timeout
from ._watch._leftovers import LeftBehindError, LeftBehindWarning

if TYPE_CHECKING:
    from ._memory._client import MemoryClient
    from ._memory._cookies import MemoryCookies
    from ._memory._response import MemoryResponse
    from ._memory._sync import SyncMemoryClient
    from ._memory._sync_websocket import SyncMemoryWebSocket
    from ._memory._websocket import MemoryWebSocket

__all__ = [
    "AsyncHTTPSTestCase",
    "AsyncHTTPTestCase",
    "AsyncTestCase",
    "ExpectLog",
    "LeftBehindError",
    "LeftBehindWarning",
    "LogTrapTestCase",
    "MemoryClient",
    "MemoryCookies",
    "MemoryResponse",
    "MemoryWebSocket",
    "SyncMemoryClient",
    "SyncMemoryWebSocket",
    "bind_unused_port",
    "gen_test",
    "get_async_test_timeout",
    "get_unused_port",
    "main",
    "setup_with_context_manager",
]

publish(
    globals(),
    {
        "MemoryClient": "_memory._client",
        "MemoryCookies": "_memory._cookies",
        "MemoryResponse": "_memory._response",
        "MemoryWebSocket": "_memory._websocket",
        "SyncMemoryClient": "_memory._sync",
        "SyncMemoryWebSocket": "_memory._sync_websocket",
    },
    aliases={
        "Application": "tornado.web",
        "AsyncHTTPClient": "tornado.httpclient",
        "AsyncIOMainLoop": "tornado.platform.asyncio",
        "HTTPResponse": "tornado.httpclient",
        "HTTPServer": "tornado.httpserver",
        "IOLoop": "tornado.ioloop",
        "Subprocess": "tornado.process",
        "TimeoutError": "tornado.ioloop",
        "app_log": "tornado.log",
        "basestring_type": "tornado.util",
        "gen": "tornado",
        "netutil": "tornado",
        "raise_exc_info": "tornado.util",
    },
)
