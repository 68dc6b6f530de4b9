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

:class:`AsyncTestCase` is the same without a server, :class:`AsyncHTTPSTestCase` with TLS. A test
that is a coroutine has the decorator :func:`gen_test`. :class:`ExpectLog` tests the log and keeps
it quiet.

A task, timer, socket or client that a test leaves behind is named, with the line that made it, see
:attr:`AsyncTestCase.leftovers`.
"""

from __future__ import annotations

from tornado.util import publish

from ._async_case import AsyncTestCase
from ._context import setup_with_context_manager
from ._expect_log import ExpectLog
from ._gen_test import gen_test
from ._http_case import AsyncHTTPSTestCase, AsyncHTTPTestCase
from ._leftovers import LeftBehindError, LeftBehindWarning
from ._log_trap import LogTrapTestCase
from ._main import main
from ._ports import bind_unused_port, get_unused_port
from ._timeout import get_async_test_timeout

__all__ = [
    "AsyncHTTPSTestCase",
    "AsyncHTTPTestCase",
    "AsyncTestCase",
    "ExpectLog",
    "LeftBehindError",
    "LeftBehindWarning",
    "LogTrapTestCase",
    "bind_unused_port",
    "gen_test",
    "get_async_test_timeout",
    "get_unused_port",
    "main",
    "setup_with_context_manager",
]

publish(
    globals(),
    aliases={
        "Application": "tornado.web",
        "AsyncHTTPClient": "tornado.httpclient",
        "AsyncIOMainLoop": "tornado.platform.asyncio",
        "HTTPResponse": "tornado.httpclient",
        "HTTPServer": "tornado.httpserver",
        "IOLoop": "tornado.ioloop",
        "Subprocess": "tornado.process",
        "raise_exc_info": "tornado.util",
    },
)
