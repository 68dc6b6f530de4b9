"""One fetch, from the caller's request to the response that the caller gets.

Theory of operation
===================

A fetch performs exchanges: one request and its response each, and more than one with redirects,
digest authentication and retries. Its client performs an exchange: it sends the request and passes
on what comes back. What is under way for a fetch is its ``operation``, which is aborted when
somebody cancels the fetch or a deadline passes.

::

    begin --> queue --> start --> hooks --> exchange --> (head, data, finish) --> callback
                                    ^          ^                  |
                                    |          +-- next request --+
                                    +----------- retry -----------+
"""

from __future__ import annotations

import asyncio
import contextvars
from inspect import iscoroutine
from typing import TYPE_CHECKING, Any, Protocol

from tornado.httputil import HTTPHeaders

from .._errors import NO_STATUS, RAISED, HTTPStreamClosedError, translate
from .._request._fields import check_request
from .._request._target import parse_target
from .._response._response import HTTPResponse
from ._deadlines import Deadlines, peer_of, timeout_error
from ._exchange import Exchange
from ._next_request import NextRequests

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable
    from io import BytesIO

    from .._base_client import BaseHTTPClient
    from .._request._request import HTTPRequest
    from ._preparation import Hook


class Operation(Protocol):
    """Something that is under way for a fetch: a connection, a hook, a pause."""

    def abort(self) -> None:
        """Stop at once, and tell the fetch nothing more."""


class Fetch(Deadlines):
    """One call of `.AsyncHTTPClient.fetch` that is under way.

    :param request: the original request, with the client's defaults.
    :param callback: gets the `HTTPResponse`, once.
    """

    operation: Operation | None = None
    is_settled = False
    #: The current request with its response; None before the first one and after the end.
    exchange: Exchange | None = None
    #: The requests that this attempt has made of responses.
    _next_requests: NextRequests | None = None
    _attempts = 1
    _started_at = 0.0

    def __init__(
        self,
        client: BaseHTTPClient,
        request: HTTPRequest,
        callback: Callable[[HTTPResponse], object],
    ) -> None:
        self.client = client
        self.request = self._prepared_request = request
        self.loop = client.asyncio_loop
        self.shared_timers = client._shared_timers
        # A connection outlives this fetch, and may have been made for another one. The caller's
        # functions run in the caller's context.
        self.context = contextvars.copy_context()
        self.time_info: dict[str, float] = {}
        self._callback = callback
        self._queued_at = self.loop.time()
        self.max_body_size = request.max_body_size or client.max_body_size

    # From the queue to the first exchange.

    def begin(self) -> None:
        """Check the request, and wait until the client has room for it."""
        try:
            if self.request.prepare is None:
                check_request(self.request)
                self.exchange = Exchange(self, self.request)
                self.target = self.exchange.target
            else:
                # The hooks may still change the request; the queue only needs the origin.
                self.target = parse_target(self.request.url)
        except Exception as error:  # noqa: BLE001 - it is raised where the fetch is awaited
            self.loop.call_soon(self.fail, error)
            return
        if self.client._queue.enter(self):
            self.start()
        else:
            self._limit_queue()

    def start(self) -> None:
        """Leave the queue and perform the first exchange."""
        now = self._queued_at
        if self.phase:  # it has waited
            now = self.loop.time()
            self.time_info["queue"] = now - self._queued_at
            self._stop_timer()
        self._started_at = now
        self.phase = "connect"  # the time may be up before anything else has begun
        self._limit_whole(now)
        if self.exchange is not None:
            self._perform(self.exchange)
        else:
            self._prepare(self.request.prepare or ())

    def _prepare(self, hooks: Iterable[Hook]) -> None:
        from ._preparation import Preparation

        self.enter("prepare")
        Preparation(self, hooks)

    def perform_prepared(self, request: HTTPRequest) -> None:
        """Perform the request that the hooks have prepared."""
        try:
            check_request(request)
        except Exception as error:  # noqa: BLE001 - it is raised where the fetch is awaited
            self.refuse(error)
            return
        self._prepared_request = request
        self.perform(request)

    def perform(self, request: HTTPRequest) -> None:
        """Perform another exchange."""
        self._leave_phase()
        try:
            self.exchange = exchange = Exchange(self, request)
        except Exception as error:  # noqa: BLE001 - it is raised where the fetch is awaited
            self.fail(error)
            return
        self.target = exchange.target
        self._perform(exchange)

    def _perform(self, exchange: Exchange) -> None:
        try:
            self.client._perform(exchange)
        except RAISED as error:  # it is raised where the fetch is awaited
            self._stop_operation()
            self.loop.call_soon(self.fail, error, context=contextvars.Context())
        except BaseException:
            # It ends the program, or whatever the caller has built around this fetch.
            self._stop_operation()
            self.fail(asyncio.CancelledError())
            raise

    # While an exchange is under way.

    @property
    def next_requests(self) -> NextRequests:
        """The requests that this attempt has made of responses, and may still make."""
        if self._next_requests is None:
            self._next_requests = NextRequests()
        return self._next_requests

    def wait_for(self, awaitable: Awaitable[None]) -> asyncio.Task[None]:
        """Return a task that waits in the caller's context for what `Exchange.take_data` returned."""
        task = self.loop.create_task(_wait(awaitable), context=self.context)
        if iscoroutine(awaitable):
            # A task that is cancelled before its first step never closes its coroutine.
            task.add_done_callback(lambda _: awaitable.close())
        return task

    def peer(self) -> str:
        """Return the address that the phase is about."""
        request = self.request if self.exchange is None else self.exchange.request
        return peer_of(request, self.target, self.phase)

    def _catch_up(self) -> None:
        self.client._catch_up(self)

    def _time_out(self, phase: str, message: str, seconds: float) -> None:
        self._stop_operation()
        self.fail(timeout_error(phase, message, seconds, self.target.authority))

    # The end.

    def succeed(self, exchange: Exchange, body: BytesIO | None, trailers: dict[str, Any]) -> None:
        """End with a response, whatever its status is."""
        response = self._respond(
            exchange.code, exchange.headers, body, exchange.request.url, None, exchange.reason
        )
        if trailers:
            response.trailers = HTTPHeaders.from_parsed(trailers)
        self._settle(response)

    def fail(self, error: BaseException) -> None:
        """End with an error, unless a retry helps; the operation has ended already."""
        if not self.is_settled:
            self.operation = None
            self._settle(self._respond_with_error(translate(error)))

    def refuse(self, error: BaseException) -> None:
        """End with an error that no retry helps against."""
        self._settle(self._respond_with_error(error), may_retry=False)

    def _respond_with_error(self, error: BaseException) -> HTTPResponse:
        request = self.request if self.exchange is None else self.exchange.request
        return self._respond(NO_STATUS, None, None, request.url, error, str(error))

    def _respond(
        self,
        code: int,
        headers: HTTPHeaders | None,
        body: BytesIO | None,
        url: str,
        error: BaseException | None,
        reason: str,
    ) -> HTTPResponse:
        now = self.loop.time()
        info = self.time_info
        info["total"] = now - self._queued_at
        return HTTPResponse(
            self.request._original or self.request,
            code,
            headers,
            body,
            url,
            error,
            now - (self._started_at or now),
            info,
            reason,
            self.request.start_time,
        )

    def _settle(self, response: HTTPResponse, *, may_retry: bool = True) -> None:
        self._stop_watching()
        if may_retry and self.request.retry is not None and self._try_again(response):
            return
        self.is_settled = True
        self.exchange = None  # a reference cycle would wait for the garbage collector
        self.client._queue.leave(self)
        try:
            self._callback(response)
        except Exception:  # noqa: BLE001 - the fetch is over, and nobody is left to get it
            self.client._log_callback(self._callback)

    # Retries.

    def _try_again(self, response: HTTPResponse) -> bool:
        try:
            delay = self._retry_delay(response)
            if delay is None or self.loop.time() + delay >= self._deadline:
                return False
        except Exception as error:  # noqa: BLE001 - the caller's own rule has failed
            self.refuse(error)
            return True
        self._attempts += 1
        self._next_requests = None
        self.operation = Pause(self.loop.call_later(delay, self._start_again))
        return True

    def _retry_delay(self, response: HTTPResponse) -> float | None:
        """Return the seconds until the next attempt, None if there is none."""
        retry, request, exchange = self.request.retry, self._prepared_request, self.exchange
        if retry is None or response.error is None or request.body_producer is not None:
            return None
        is_hidden = self.request._hides_errors and response._error_is_response_code
        is_streamed = self.request.streaming_callback is not None
        if exchange is not None and exchange.received and is_streamed and not is_hidden:
            return None  # the caller has seen a part of it
        return retry.delay(self._attempts, request.method, response)

    def _start_again(self) -> None:
        self.operation = None
        self._watch_whole()
        if self.request.prepare is None:
            self.perform(self.request)
        else:
            self._prepare(self.request.prepare)

    # Ends from outside.

    def cancel(self) -> None:
        """Stop; the callback is not called."""
        if self.is_settled:
            return
        self.is_settled = True
        self._stop_watching()
        self._stop_operation()
        self.exchange = None
        self.client._queue.leave(self)

    def end_with_client(self) -> None:
        """Fail, because the client is closed; the callback is not called once the loop is closed."""
        if self.is_settled:
            return
        self._stop_watching()
        self._stop_operation()
        if not self.loop.is_closed():
            self.refuse(HTTPStreamClosedError("the client was closed"))

    def _stop_operation(self) -> None:
        operation, self.operation = self.operation, None
        if operation is not None:
            operation.abort()


class Pause:
    """The time before a retry."""

    def __init__(self, timer: asyncio.TimerHandle) -> None:
        self._timer = timer

    def abort(self) -> None:
        """Do not try again."""
        self._timer.cancel()


async def _wait(awaitable: Awaitable[None]) -> None:
    await awaitable
