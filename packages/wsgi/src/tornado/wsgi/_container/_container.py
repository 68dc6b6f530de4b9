"""The container: a WSGI application as the application of a server."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from tornado.concurrent import DummyExecutor
from tornado.httputil import (
    CollectingDelegate,
    HTTPHeaders,
    HTTPInputError,
    HTTPServerConnectionDelegate,
    HTTPServerRequest,
)
from tornado.log import access_log, app_log

from ._channel import Channel, send_whole
from ._delegate import StreamingRequest
from ._environ import make_environ
from ._running import DirectCall, ThreadedCall, name_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor, Future

    from tornado.httputil import HTTPConnection, HTTPMessageDelegate

    from ._running import WSGIApp


class WSGIContainer(HTTPServerConnectionDelegate):
    """A WSGI application as the application of a server, or of a route.

    ::

        def simple_app(environ, start_response):
            start_response("200 OK", [("Content-Type", "text/plain")])
            return [b"Hello world!"]

        container = WSGIContainer(simple_app, executor=ThreadPoolExecutor(32))
        HTTPServer(container).listen(8888)

    Without an executor the application runs on the thread of the loop, as upstream documents it: it
    need not be safe with threads, and while it works nothing else does. Choose that only for
    applications that never wait, or whose objects belong to one thread; a call of more than a second is
    a warning in the log. With an executor each request has a thread of it from the call to ``close()``;
    the loop goes on meanwhile. Request bodies and responses are then streamed, each at the speed of the
    slower side.

    :param wsgi_application: a callable that takes the environ and ``start_response``.
    :param executor: runs the calls, a :class:`concurrent.futures.ThreadPoolExecutor` in most
        programs. It is the program's to shut down.
    :param buffer_size: how many bytes of a request's body, and of a response, may wait between the
        loop and a thread. A body that is complete within it is complete when the application is
        called.
    :raises TypeError: the application is not callable, or the executor's threads are not in this
        process.
    """

    def __init__(
        self,
        wsgi_application: WSGIApp,
        executor: Executor | None = None,
        *,
        buffer_size: int = 65536,
    ) -> None:
        if not callable(wsgi_application):
            raise TypeError(f"a WSGI application is callable, not {wsgi_application!r:.80}")
        if executor is not None:
            _check_executor(executor)
        if buffer_size < 1:
            raise ValueError(f"buffer_size is a number of bytes, at least 1, not {buffer_size}")
        self.wsgi_application = wsgi_application
        self.executor = None if isinstance(executor, DummyExecutor) else executor
        self.buffer_size = buffer_size
        self._running: set[Any] = set()

    # Requests.

    def __call__(self, request: HTTPServerRequest) -> None:
        """Answer a complete request. Override to see each of them."""
        if self.executor is not None and not self._is_overridden("handle_request"):
            self._start(request)
            return
        task = asyncio.ensure_future(self.handle_request(request))
        self._running.add(task)
        task.add_done_callback(lambda task: self._forget(task, request))

    async def handle_request(self, request: HTTPServerRequest) -> None:
        """Answer a complete request, and return after the end of its response."""
        if self.executor is None:
            await self._run_directly(request)
            return
        ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._start(request, on_end=lambda status: _set(ended))
        await ended

    def environ(self, request: HTTPServerRequest) -> dict[str, Any]:
        """Return the environ of a request. Override to add to it.

        For a body that is streamed, ``wsgi.input`` is replaced after this.
        """
        return make_environ(request, is_threaded=self.executor is not None)

    def start_request(
        self, server_conn: object, request_conn: HTTPConnection
    ) -> HTTPMessageDelegate:
        """Return the delegate of a request.

        A subclass that overrides how complete requests are handled gets complete requests.
        """
        if (
            self.executor is None
            or self._is_overridden("__call__")
            or self._is_overridden("handle_request")
        ):
            return _Collected(self, server_conn, request_conn)
        return StreamingRequest(self, server_conn, request_conn)

    def _is_overridden(self, name: str) -> bool:
        return getattr(type(self), name) is not getattr(WSGIContainer, name)

    # On a thread.

    def _start(
        self,
        request: HTTPServerRequest,
        environ: dict[str, Any] | None = None,
        *,
        on_end: Callable[[int], object] | None = None,
    ) -> Callable[[], None] | None:
        """Call the application on a thread of the executor.

        :param environ: for a body that is still coming.
        :param on_end: called on the loop at the end of the response, with its status.
        :returns: the function to call if the client goes; None if the request was refused.
        """
        environ = self._environ_or_refusal(request) if environ is None else environ
        if environ is None or self.executor is None:
            if on_end is not None:
                on_end(0)
            return None
        connection: Any = request.connection
        channel = Channel(
            asyncio.get_running_loop(),
            connection,
            self.buffer_size,
            lambda: self._end(call, on_end),
        )
        call = ThreadedCall(self.wsgi_application, request, environ, channel)
        connection.set_close_callback(channel.lose)
        try:
            job = self.executor.submit(call.run)
        except RuntimeError:  # it was shut down
            app_log.exception("the executor takes no WSGI requests: %s", name_of(request))
            call.response.refuse(503)
            _answer(request, 503, "Service Unavailable")
            channel.lose()
            return None
        job.add_done_callback(lambda job: _check_job(job, call))
        return channel.lose

    def _end(self, call: ThreadedCall, on_end: Callable[[int], object] | None) -> None:
        status = call.response.sent_status
        self._log(status, call.request)
        if on_end is not None:
            on_end(status)

    # On the loop's thread.

    async def _run_directly(self, request: HTTPServerRequest) -> None:
        environ = self._environ_or_refusal(request)
        if environ is None:
            return
        call = DirectCall(self.wsgi_application, request, environ)
        connection: Any = request.connection
        connection.set_close_callback(call.lose)
        try:
            await call.run()
        finally:
            self._log(call.response.sent_status, request)

    def _forget(self, task: asyncio.Task[None], request: HTTPServerRequest) -> None:
        self._running.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self._fail(request, error)

    # Both.

    def _environ_or_refusal(self, request: HTTPServerRequest) -> dict[str, Any] | None:
        """Return the environ; None if the request is malformed, and answered."""
        try:
            return self.environ(request)
        except HTTPInputError as error:
            app_log.info("Malformed request for a WSGI application: %s", error)
            _answer(request, 400, "Bad Request")
            self._log(400, request)
            return None
        except Exception as error:  # noqa: BLE001 - logged and answered
            self._fail(request, error)
            return None

    def _fail(self, request: HTTPServerRequest, error: BaseException) -> None:
        """Log an error of an overridden method, and answer, or close if an answer has begun."""
        app_log.error("Uncaught exception in WSGIContainer: %s", name_of(request), exc_info=error)
        connection: Any = request.connection
        if not getattr(connection, "has_begun", False):
            _answer(request, 500, "Internal Server Error")
            self._log(500, request)
        elif not getattr(connection, "is_finished", True):
            connection.close()

    def _log(self, status_code: int, request: HTTPServerRequest) -> None:
        """Write the access log."""
        if status_code < 400 or status_code == 499:
            level = logging.INFO
        elif status_code < 500:
            level = logging.WARNING
        else:
            level = logging.ERROR
        if access_log.isEnabledFor(level):
            milliseconds = 1000.0 * request.request_time()
            access_log.log(level, "%d %s %.2fms", status_code, name_of(request), milliseconds)


class _Collected(CollectingDelegate):
    """A request that a container gets when its body is complete."""

    def __init__(
        self, container: WSGIContainer, server_connection: object, connection: Any
    ) -> None:
        super().__init__(container)
        self._container = container
        self._parts = connection, server_connection

    def headers_received(self, start_line: Any, headers: HTTPHeaders) -> None:
        connection, server_connection = self._parts
        self.request = HTTPServerRequest(
            connection=connection,
            server_connection=server_connection,
            start_line=start_line,
            headers=headers,
        )

    def finish(self) -> None:
        """Call the container; it parses no form, the application does."""
        self.request.body = b"".join(self.chunks or ())
        try:
            self._container(self.request)
        except Exception as error:  # noqa: BLE001 - logged and answered
            self._container._fail(self.request, error)


def _set(ended: asyncio.Future[None]) -> None:
    if not ended.done():
        ended.set_result(None)


def _answer(request: HTTPServerRequest, status: int, reason: str) -> None:
    connection: Any = request.connection
    send_whole(connection, status, reason, HTTPHeaders({"Content-Length": "0"}), b"")


def _check_executor(executor: Executor) -> None:
    if not callable(getattr(executor, "submit", None)):
        raise TypeError(f"an executor has a method submit(), not {executor!r:.80}")
    if type(executor).__module__ == "concurrent.futures.process":
        raise TypeError("a WSGI application needs the connection of its process: use threads")


def _check_job(job: Future[None], call: ThreadedCall) -> None:
    """Answer a request whose job was cancelled or never ran: nobody else would."""
    if job.cancelled() or job.exception() is not None:
        call.cancel(None if job.cancelled() else job.exception())
