"""An application of ours as a WSGI application."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from tornado.httputil import HTTPInputError, HTTPServerConnectionDelegate
from tornado.log import gen_log

from ._connection import WSGIConnection
from ._loop import CannotWaitError, ready_loop
from ._request import PIECE, fields_of, length_of, start_line_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from tornado.httputil import HTTPMessageDelegate

    from ._loop import ReadyLoop

#: The longest body that is accepted, in bytes, as in ``HTTPServer``.
_MAX_BODY_SIZE = 100 * 1024 * 1024


class WSGIAdapter:
    """A ``tornado.web.Application``, or a router, as an application for WSGI servers.

    ::

        import tornado.web
        import tornado.wsgi

        class MainHandler(tornado.web.RequestHandler):
            def get(self):
                self.write("Hello, world")

        tornado_app = tornado.web.Application([(r"/", MainHandler)])
        application = tornado.wsgi.WSGIAdapter(tornado_app)

    Handlers run to their end before the call returns. An ``async def`` works as long as it does not
    wait; one that does is answered with 500, and :exc:`CannotWaitError` in the log says why. Nobody tells
    handlers that a client has gone.

    :param application: the application.
    :param max_body_size: the longest body that is accepted, in bytes (100 MiB); the response to a longer
        one is 413.
    :raises TypeError: it is not an application of ours.
    """

    def __init__(
        self,
        application: HTTPServerConnectionDelegate,
        *,
        max_body_size: int = _MAX_BODY_SIZE,
    ) -> None:
        if not isinstance(application, HTTPServerConnectionDelegate):
            raise TypeError(
                f"WSGIAdapter takes a tornado.web.Application or a router, not {application!r:.80}"
            )
        self.application = application
        self.max_body_size = max_body_size
        self._is_entered = False

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """Answer a request of a WSGI server."""
        connection = WSGIConnection(environ, start_response, self.max_body_size)
        try:
            return self._answer(connection, environ, start_response)
        except BaseException:
            connection.discard()
            raise

    def _answer(
        self,
        connection: WSGIConnection,
        environ: dict[str, Any],
        start_response: Callable[..., Any],
    ) -> Iterable[bytes]:
        with ready_loop() as loop:
            if not self._is_entered:
                self._enter()
            try:
                _Exchange(self.application, connection, loop).run(environ)
            except HTTPInputError as error:
                gen_log.info("Malformed request from %s: %s", environ.get("REMOTE_ADDR"), error)
                return _refuse(start_response, connection, "400 Bad Request")
            except _TooLongError as error:
                gen_log.info("Refused request from %s: %s", environ.get("REMOTE_ADDR"), error)
                return _refuse(start_response, connection, "413 Content Too Large")
        if connection.is_closed:
            aborted = ConnectionAbortedError(
                "the handler has given up in the middle of its response"
            )
            raise connection.error or aborted
        return connection.body

    def _enter(self) -> None:
        """Begin to serve the application, if it needs nothing done before."""
        get_lifespans = getattr(self.application, "get_lifespans", tuple)
        if not all(lifespan.enter_nowait(self) for lifespan in get_lifespans()):
            raise CannotWaitError(
                "the application has on_startup or on_shutdown, and a WSGI server tells of neither: do"
                " this where the application is made, or serve it with tornado.httpserver.HTTPServer"
            )
        self._is_entered = True


class _TooLongError(Exception):
    """A body that is longer than the limit."""


class _Exchange:
    """A request on its way through an application, and the response."""

    def __init__(
        self,
        application: HTTPServerConnectionDelegate,
        connection: WSGIConnection,
        loop: ReadyLoop,
    ) -> None:
        self._connection = connection
        self._loop = loop
        self._message: HTTPMessageDelegate = application.start_request(self, connection)

    def run(self, environ: Mapping[str, Any]) -> None:
        """Pass the request on, and see that it is answered."""
        message, connection = self._message, self._connection
        self._settle(message.headers_received(start_line_of(environ), fields_of(environ)))
        length = length_of(environ)
        if length is not None and length > connection.max_body_size:
            self._refuse_body(length)
        if not connection.is_finished:
            self._pass_body(environ["wsgi.input"], length)
        if not connection.is_finished:
            message.finish()
            self._settle(None)
        if not (connection.is_finished or connection.is_closed):
            raise self._waits()

    def _pass_body(self, source: Any, length: int | None) -> None:
        received = 0
        while length is None or received < length:
            size = PIECE if length is None else min(PIECE, length - received)
            piece = source.read(size)
            if not piece:
                if length is not None:
                    raise HTTPInputError(f"the body ends {length - received} bytes too early")
                return
            received += len(piece)
            if received > self._connection.max_body_size:
                self._refuse_body(received)
            self._settle(self._message.data_received(piece))
            if self._connection.is_finished:
                return

    def _refuse_body(self, size: int) -> None:
        self._connection.refused_with = 413
        self._message.on_connection_close()
        self._loop.run_ready()
        raise _TooLongError(f"a body of {size} bytes, over {self._connection.max_body_size}")

    def _settle(self, waiting: Any) -> None:
        """Run what is ready, after which what a delegate waits for has to be done.

        :raises CannotWaitError: it is not.
        """
        if waiting is not None:
            waiting = asyncio.ensure_future(waiting)
        self._loop.run_ready()
        if waiting is not None:
            if not waiting.done():
                raise self._waits()
            waiting.result()

    def _waits(self) -> CannotWaitError:
        """Cancel a handler that waits; return the error that says where."""
        self._connection.close()  # its answer to that is not the one of this request
        return self._loop.give_up() or CannotWaitError(
            "the handler has not finished when its method returned; under a WSGI server it has to: nothing"
            " can be waited for. Serve it with tornado.httpserver.HTTPServer"
        )


def _refuse(
    start_response: Callable[..., Any], connection: WSGIConnection, status: str
) -> list[bytes]:
    if connection.has_begun:
        raise ConnectionAbortedError("the request is malformed, and its response has begun")
    start_response(status, [("Content-Length", "0"), ("Content-Type", "text/plain")])
    return []
