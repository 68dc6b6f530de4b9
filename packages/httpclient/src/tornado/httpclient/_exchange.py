"""One fetch, from the request to the response that its caller gets.

Theory of operation
===================

An exchange makes hops: one request and one response each, more than one with redirects, digest
authentication and retries. A client performs a hop: it sends ``hop`` and tells what comes back by
``take_head``, ``take_data`` and ``finish``, or by ``fail``. The exchange decides what that means.
It holds the limits, the decoder and the parts of the response, and it knows neither sockets nor
curl. Who performs the hop is its ``work``, which it aborts when somebody cancels the
fetch or a deadline passes.

::

    begin --> waits in line --> start --> hooks --> hop --> (head, data, finish) --> settled
                                            ^        ^                |
                                            |        +- another hop --+
                                            +-------- a retry --------+
"""

from __future__ import annotations

import asyncio
import contextvars
from inspect import isawaitable, iscoroutine
from io import BytesIO
from typing import TYPE_CHECKING, Any, Protocol

from tornado.httputil import HTTPHeaders

from ._body_limits import announced_too_long, decompressed_too_long, received_too_long
from ._deadlines import Deadlines
from ._decoding import Codings, Decoder
from ._errors import HTTPStreamClosedError
from ._expiry import expiry, peer_of
from ._failure import RAISED, translate
from ._fields import check_request, request_fields
from ._header_lines import tell_head
from ._next_request import NextRequests, expects_continue
from ._response import HTTPResponse
from ._retry import IDEMPOTENT, Pause
from ._target import Target, parse_target

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Iterator

    from tornado.httputil import ResponseStartLine

    from ._exchange_client import ExchangeClient
    from ._preparation import Hook
    from ._request import HTTPRequest


class Work(Protocol):
    """Whatever is under way for an exchange."""

    def abort(self) -> None:
        """Stop at once, and tell the exchange nothing more."""


class Exchange(Deadlines):
    """One fetch under way.

    :param request: with the client's defaults.
    :param callback: gets the `HTTPResponse`, once.
    """

    work: Work | None = None
    #: The head and the body that go out next.
    hop: HTTPRequest
    target: Target
    fields = ""
    #: What came back of this hop.
    code = 0
    reason = ""
    headers: HTTPHeaders | None = None
    received = 0
    expected: int | None = None
    is_settled = False

    _decoder: Decoder | None = None
    _next: HTTPRequest | None = None
    _size = 0
    _following: NextRequests | None = None
    _attempts = 1
    _started = 0.0

    def __init__(
        self,
        client: ExchangeClient,
        request: HTTPRequest,
        callback: Callable[[HTTPResponse], object],
    ) -> None:
        self.client = client
        #: What the caller asked for, and what of it went out first.
        self.request = self.hop = self._first = request
        self.loop = client.asyncio_loop
        self.alarms = client._alarms
        # The connection outlives this fetch and was perhaps made for another one: what the caller
        # gave runs in the context in which the caller gave it.
        self.context = contextvars.copy_context()
        self.time_info: dict[str, float] = {}
        self._callback = callback
        self._chunks: list[bytes] = []
        self._queued = self.loop.time()
        self.max_body_size = request.max_body_size or client.max_body_size

    # From the line to the first hop.

    def begin(self) -> None:
        """Check the request, and wait until the client has room for it."""
        try:
            if self.request.prepare is None:
                check_request(self.request)
                self._aim(self.request)
            else:
                # What is to be sent is not known yet; the line asks for the origin alone.
                self.target = parse_target(self.request.url)
        except Exception as error:  # noqa: BLE001 - it goes to whoever awaits the fetch
            self.loop.call_soon(self.fail, error)
            return
        if self.client._line.enter(self):
            self.start()
        else:
            self._limit_queue()

    def start(self) -> None:
        """Leave the line and perform the first hop."""
        now = self._queued
        if self.phase:  # it has waited
            now = self.loop.time()
            self.time_info["queue"] = now - self._queued
            self._stop_timer()
        self._started = now
        self.phase = "connect"  # the time may be up before anything else has begun
        self._limit_whole(now)
        if self.request.prepare is None:
            self._perform()
        else:
            self._prepare(self.request.prepare)

    def _perform(self) -> None:
        try:
            self.client._perform(self)
        except RAISED as error:  # it goes to whoever awaits the fetch
            self._stop_work()
            self.loop.call_soon(self.fail, error, context=contextvars.Context())
        except BaseException:
            # It ends the program, or whatever the caller has built around this fetch.
            self._stop_work()
            self.fail(asyncio.CancelledError())
            raise

    def _prepare(self, hooks: Iterable[Hook]) -> None:
        from ._preparation import Preparation

        self.enter("prepare")
        Preparation(self, hooks)

    def take_prepared(self, request: HTTPRequest) -> None:
        """Perform what the hooks have made of the request."""
        try:
            check_request(request)
        except Exception as error:  # noqa: BLE001 - it goes to whoever awaits the fetch
            self.refuse(error)
            return
        self._first = request
        self._go_on(request)

    def _aim(self, hop: HTTPRequest) -> None:
        target = parse_target(hop.url)
        cookie = None
        jar = self.client.cookie_jar
        if jar is not None and "Cookie" not in hop.headers:
            from ._cookies import cookie_field

            cookie = cookie_field(jar, hop.url)
        self.fields = request_fields(hop, target, cookie)
        self.hop, self.target = hop, target

    def peer(self) -> str:
        """Return the address of whom the phase concerns."""
        return peer_of(self.hop, self.target, self.phase)

    def _time_out(self, phase: str, message: str, seconds: float) -> None:
        self._stop_work()
        self.fail(expiry(phase, message, seconds, self.target.authority))

    # What the client tells of a hop.

    @property
    def can_repeat(self) -> bool:
        """True if doing this hop twice is as good as once, and the body is still there."""
        return self.hop.method in IDEMPOTENT and self.hop.body_producer is None

    @property
    def expects_continue(self) -> bool:
        """True if this hop asks the server before it sends the body."""
        return expects_continue(self.hop)

    def take_head(
        self, start_line: ResponseStartLine, headers: HTTPHeaders, expected: int | None
    ) -> None:
        """Take the final head of this hop.

        :param expected: the size of the body on the wire, None if the head does not say it.
        :raises HTTPProtocolError: the body would be larger than allowed.
        """
        code = self.code = start_line.code
        self.reason = start_line.reason
        self.headers = headers
        if code >= 300:
            self._next = self._next_requests().find(self.hop, self.target, code, headers)
        if self.client.cookie_jar is not None or self.hop.header_callback is not None:
            self._show_head(start_line, headers)
        if expected is not None:
            self.expected = expected
            if expected > self.max_body_size:
                raise announced_too_long(expected, self.max_body_size)
        if (
            "Content-Encoding" in headers
            and self.request.decompress_response
            and self.hop.method != "HEAD"
            and code != 304
        ):
            self._decode(headers)
        if self.request._head_callback is not None and self._next is None:
            self.request._head_callback(code, self.reason, headers)
        self.enter("body")

    def take_answered_head(self, start_line: ResponseStartLine, headers: HTTPHeaders) -> bool:
        """Take a final head that the client answers by itself: another one will come.

        :return: false if it is one redirect too many, and the response.
        :raises HTTPProtocolError: it was a redirect that must not be followed.
        """
        hop = self._next_requests().follow_performed(self.hop, start_line.code, headers)
        if hop is None:
            return False
        self._show_head(start_line, headers)
        self.hop, self.target = hop, parse_target(hop.url)
        return True

    def _show_head(self, start_line: ResponseStartLine, headers: HTTPHeaders) -> None:
        if self.client.cookie_jar is not None:
            from ._cookies import keep_cookies

            keep_cookies(self.client.cookie_jar, self.hop.url, headers)
        is_shown = self._next is None or self.client._shows_followed_heads
        if self.hop.header_callback is not None and is_shown:
            self.context.run(tell_head, self.hop.header_callback, start_line, headers)

    def _next_requests(self) -> NextRequests:
        if self._following is None:
            self._following = NextRequests()
        return self._following

    def _decode(self, headers: HTTPHeaders) -> None:
        coding = headers["Content-Encoding"]
        self._decoder = Codings.decoder(coding)
        if self._decoder is not None:
            del headers["Content-Encoding"]
            headers.add("X-Consumed-Content-Encoding", coding)

    def take_data(self, data: bytes) -> Awaitable[None] | None:
        """Take a piece of the body, as it came.

        :return: what to wait for before more is given.
        :raises HTTPProtocolError: the body is larger than allowed.
        :raises DecodingError: it is not what Content-Encoding says.
        """
        self.received += len(data)
        if self.received > self.max_body_size:
            raise received_too_long(self.headers, self.max_body_size)
        if self.request.download_progress is not None:
            self.context.run(self.request.download_progress, self.received, self.expected)
        if self._decoder is None:
            return self._deliver(data)
        return self._deliver_all(self._decoder.feed(data))

    def _deliver(self, data: bytes) -> Awaitable[None] | None:
        if self._next is not None:
            return None  # nobody gets to see the body of a redirect
        callback = self.request.streaming_callback
        if callback is None:
            self._chunks.append(data)
            return None
        result = self.context.run(callback, data)
        return result if result is not None and isawaitable(result) else None

    def _deliver_all(self, pieces: Iterator[bytes]) -> Awaitable[None] | None:
        for piece in pieces:
            self._size += len(piece)
            if self._size > self.max_body_size:
                raise decompressed_too_long(self.max_body_size)
            waiting = self._deliver(piece)
            if waiting is not None:
                return self._deliver_rest(waiting, pieces)
        return None

    async def _deliver_rest(self, waiting: Awaitable[None], pieces: Iterator[bytes]) -> None:
        await waiting
        more = self._deliver_all(pieces)
        while more is not None:
            await more
            more = self._deliver_all(pieces)

    def wait_for(self, awaitable: Awaitable[None]) -> asyncio.Task[None]:
        """Return a task that waits for what `take_data` gave, in the caller's context."""
        task = self.loop.create_task(_wait(awaitable), context=self.context)
        if iscoroutine(awaitable):
            # A task that is cancelled before its first step leaves it without one.
            task.add_done_callback(lambda _: awaitable.close())
        return task

    def finish(self, trailers: dict[str, Any] | None = None) -> None:
        """Take note that this hop's response is complete; the client has let go of it."""
        self.work = None
        if self._decoder is not None:
            try:
                self._decoder.finish()
            except Exception as error:  # noqa: BLE001 - it goes to whoever awaits the fetch
                self.client._log_refusal(error, self.target.authority)
                self.fail(error)
                return
        if self._next is not None:
            self._go_on(self._next)
            return
        is_streamed = self.request.streaming_callback is not None
        response = self._respond(None if is_streamed else BytesIO(b"".join(self._chunks)))
        if trailers:
            response.trailers = HTTPHeaders.from_parsed(trailers)
        self._settle(response)

    def fail(self, error: BaseException) -> None:
        """End with an error; the client has let go of this exchange."""
        if self.is_settled:
            return
        self.work = None
        self.code = 599
        self._settle(self._respond(None, translate(error)))

    def _respond(self, body: BytesIO | None, error: BaseException | None = None) -> HTTPResponse:
        now = self.loop.time()
        started = self._started or now
        info = self.time_info
        info["total"] = now - self._queued
        return HTTPResponse(
            self.request._asked or self.request,
            self.code,
            HTTPHeaders() if self.headers is None or error is not None else self.headers,
            body,
            self.hop.url,
            error,
            now - started,
            info,
            self.reason if error is None else str(error),
            self.request.start_time,
        )

    def _settle(self, response: HTTPResponse) -> None:
        self._stop_watching()
        if self.request.retry is not None:
            try:
                if self._try_again(response):
                    return
            except Exception as error:  # noqa: BLE001 - a rule of the caller's that does not work
                self.refuse(error)
                return
        self._end(response)

    def refuse(self, error: BaseException) -> None:
        """End with an error that no retry mends."""
        self.code = 599
        self._stop_watching()
        self._end(self._respond(None, error))

    def _end(self, response: HTTPResponse) -> None:
        self.is_settled = True
        self.client._line.leave(self)
        try:
            self._callback(response)
        except Exception:  # noqa: BLE001 - the fetch is over: nobody is left to get it
            self.client._log_callback(self._callback)

    # More hops.

    def _go_on(self, hop: HTTPRequest) -> None:
        """Perform another hop."""
        self.code = self.received = self._size = 0
        self.headers = self.expected = self._decoder = self._next = None
        self._chunks = []
        self._leave_phase()
        try:
            self._aim(hop)
        except Exception as error:  # noqa: BLE001 - it goes to whoever awaits the fetch
            self.fail(error)
            return
        self._perform()

    def _try_again(self, response: HTTPResponse) -> bool:
        retry, first = self.request.retry, self._first
        if retry is None or response.error is None or first.body_producer is not None:
            return False
        is_hidden = self.request._hides_errors and response._error_is_response_code
        if self.received and self.request.streaming_callback is not None and not is_hidden:
            return False  # the caller has seen a part of it
        delay = retry.delay(self._attempts, first.method, response)
        if delay is None or self.loop.time() + delay >= self._deadline:
            return False
        self._attempts += 1
        self._following = None
        pause = Pause()
        self.work = pause
        pause.handle = self.loop.call_later(delay, self._start_again)
        return True

    def _start_again(self) -> None:
        self.work = None
        self._watch_whole()
        if self.request.prepare is None:
            self._go_on(self.request)
        else:
            self._prepare(self.request.prepare)

    # The end that nobody waits for.

    def cancel(self) -> None:
        """Stop; the callback is not called."""
        if self.is_settled:
            return
        self.is_settled = True
        self._stop_watching()
        self._stop_work()
        self.client._line.leave(self)

    def end_with_client(self) -> None:
        """Fail, because the client is closed; nobody is told once the loop has ended."""
        if self.is_settled:
            return
        self._stop_watching()
        self._stop_work()
        if not self.loop.is_closed():
            self.refuse(HTTPStreamClosedError("the client was closed"))

    def _stop_work(self) -> None:
        work, self.work = self.work, None
        if work is not None:
            work.abort()


async def _wait(awaitable: Awaitable[None]) -> None:
    await awaitable
