r"""The web framework: handlers, the application, and what belongs to them.

A handler answers requests, and an application says which handler answers what::

    import tornado.ioloop
    import tornado.web

    class MainHandler(tornado.web.RequestHandler):
        def get(self):
            self.write("Hello, world")

    class StoryHandler(tornado.web.RequestHandler):
        async def get(self, story_id):
            self.write(await load_story(int(story_id)))

    application = tornado.web.Application([
        (r"/", MainHandler),
        (r"/story/([0-9]+)", StoryHandler),
    ])

    if __name__ == "__main__":
        application.listen(8888)
        tornado.ioloop.IOLoop.current().start()

Methods of a handler run on the event loop: a ``def`` from its beginning to its end, an ``async
def`` until it awaits. Run code that blocks in a thread
(:meth:`tornado.ioloop.IOLoop.run_in_executor`). It is not safe to call handlers from other threads.
"""

# ruff: noqa: TC004 - the names in __all__ are imported when they are first asked for

from __future__ import annotations

from typing import TYPE_CHECKING

from tornado.escape import utf8
from tornado.httpserver import HTTPServer
from tornado.log import access_log, app_log, gen_log
from tornado.routing import (
    AnyMatches,
    DefaultHostMatches,
    HostMatches,
    ReversibleRouter,
    ReversibleRuleRouter,
    Rule,
    URLSpec,
)
from tornado.util import ObjectDict, publish

from ._application import Application
from ._errors import Finish, HTTPError, InvalidArgumentError, MissingArgumentError
from ._handler import RequestHandler
from ._identity._login import authenticated
from ._input._input import _ArgDefaultMarker as _ArgDefaultMarker
from ._pages._page_resources import is_absolute
from ._pages._ui_modules import TemplateModule, UIModule
from ._running._current_request import RequestLogFilter, current_handler, current_request
from ._simple_handlers import ErrorHandler, FallbackHandler, RedirectHandler

if TYPE_CHECKING:
    from tornado.concurrent import future_set_result_unless_cancelled
    from tornado.routing import PathTemplate, Routes

    from ._files._static_file_handler import StaticFileHandler
    from ._identity._signed_values import (
        DEFAULT_SIGNED_VALUE_MIN_VERSION,
        DEFAULT_SIGNED_VALUE_VERSION,
        MAX_SUPPORTED_SIGNED_VALUE_VERSION,
        MIN_SUPPORTED_SIGNED_VALUE_VERSION,
        create_signed_value,
        decode_signed_value,
        get_signature_key_version,
    )
    from ._identity._signed_values import _create_signature_v1 as _create_signature_v1
    from ._identity._signed_values import _create_signature_v2 as _create_signature_v2
    from ._input._stream_body import _has_stream_request_body as _has_stream_request_body
    from ._input._stream_body import stream_request_body
    from ._middleware._cors import CORSMiddleware
    from ._middleware._request_ids import RequestIdMiddleware
    from ._middleware._timing import TimingMiddleware
    from ._output._compression import GZipContentEncoding
    from ._output._slashes import addslash, removeslash
    from ._output._transforms import ChunkedTransferEncoding, OutputTransform
    from ._running._asynchronous import asynchronous
    from ._running._failures import observe_exceptions, report_exception

#: A shorter name for :class:`URLSpec`, for lists of routes.
url = URLSpec

__all__ = [
    "AnyMatches",
    "Application",
    "CORSMiddleware",
    "ChunkedTransferEncoding",
    "DEFAULT_SIGNED_VALUE_MIN_VERSION",
    "DEFAULT_SIGNED_VALUE_VERSION",
    "DefaultHostMatches",
    "ErrorHandler",
    "FallbackHandler",
    "Finish",
    "GZipContentEncoding",
    "HTTPError",
    "HTTPServer",
    "HostMatches",
    "InvalidArgumentError",
    "MAX_SUPPORTED_SIGNED_VALUE_VERSION",
    "MIN_SUPPORTED_SIGNED_VALUE_VERSION",
    "MissingArgumentError",
    "ObjectDict",
    "OutputTransform",
    "PathTemplate",
    "RedirectHandler",
    "RequestHandler",
    "RequestIdMiddleware",
    "RequestLogFilter",
    "ReversibleRouter",
    "ReversibleRuleRouter",
    "Routes",
    "Rule",
    "StaticFileHandler",
    "TemplateModule",
    "TimingMiddleware",
    "UIModule",
    "URLSpec",
    "access_log",
    "addslash",
    "app_log",
    "asynchronous",
    "authenticated",
    "create_signed_value",
    "current_handler",
    "current_request",
    "decode_signed_value",
    "future_set_result_unless_cancelled",
    "gen_log",
    "get_signature_key_version",
    "is_absolute",
    "observe_exceptions",
    "removeslash",
    "report_exception",
    "stream_request_body",
    "url",
    "utf8",
]

publish(
    globals(),
    {
        "CORSMiddleware": "_middleware._cors",
        "ChunkedTransferEncoding": "_output._transforms",
        "DEFAULT_SIGNED_VALUE_MIN_VERSION": "_identity._signed_values",
        "DEFAULT_SIGNED_VALUE_VERSION": "_identity._signed_values",
        "GZipContentEncoding": "_output._compression",
        "MAX_SUPPORTED_SIGNED_VALUE_VERSION": "_identity._signed_values",
        "MIN_SUPPORTED_SIGNED_VALUE_VERSION": "_identity._signed_values",
        "OutputTransform": "_output._transforms",
        "RequestIdMiddleware": "_middleware._request_ids",
        "StaticFileHandler": "_files._static_file_handler",
        "TimingMiddleware": "_middleware._timing",
        "_create_signature_v1": "_identity._signed_values",
        "_create_signature_v2": "_identity._signed_values",
        "_has_stream_request_body": "_input._stream_body",
        "asynchronous": "_running._asynchronous",
        "addslash": "_output._slashes",
        "create_signed_value": "_identity._signed_values",
        "decode_signed_value": "_identity._signed_values",
        "get_signature_key_version": "_identity._signed_values",
        "observe_exceptions": "_running._failures",
        "removeslash": "_output._slashes",
        "report_exception": "_running._failures",
        "stream_request_body": "_input._stream_body",
    },
    aliases={
        "PathTemplate": "tornado.routing",
        "Routes": "tornado.routing",
        "future_set_result_unless_cancelled": "tornado.concurrent",
    },
)
