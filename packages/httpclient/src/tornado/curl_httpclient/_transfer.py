"""One exchange, performed as a transfer of libcurl."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from tornado.httpclient._errors import (
    RAISED,
    DecodingError,
    HTTPProtocolError,
    HTTPStreamClosedError,
)

from ._errors import explain_decoding_error, make_error, own_timeout_error
from ._feed import Feed
from ._heads import EMPTY_LINES, Head, HeadReader
from ._library import pycurl
from ._options import set_options

if TYPE_CHECKING:
    from collections.abc import Awaitable, Hashable

    from tornado.httpclient._fetch._exchange import Exchange

    from ._multi import Multi

#: Called before a request goes out; libcurl has it since 7.80.
_BEFORE_REQUEST = getattr(pycurl, "PREREQFUNCTION", None)

_EXPECTATION_FAILED = 417


class Transfer:
    """A transfer that performs one exchange, with a handle of its own.

    Whatever happens, the exchange ends: an exception in a callback of libcurl stops the transfer and
    becomes the exchange's error (``_stop``), and so does an exception after the last callback
    (``end``). pycurl turns an exception that leaves a callback into a code of libcurl, which ends
    the transfer as well.
    """

    #: True when the transfer has ended, or must not tell the exchange anything more.
    is_over = False
    #: The file descriptor that it used, -1 for none.
    socket = -1
    _error: BaseException | None = None
    #: A final head that libcurl may answer by itself.
    _held: Head | None = None
    _has_head = False
    #: Whether the lines of the head are only collected until somebody needs it.
    _is_late = False
    #: True if the response is complete although libcurl would go on.
    _is_cut = False
    _is_received = False
    #: True if the request was sent and nothing has come back.
    _is_unanswered = False
    _feed: Feed | None = None
    _waiting: asyncio.Task[None] | None = None

    def __init__(self, exchange: Exchange, multi: Multi) -> None:
        self.curl: Any = multi.take_handle()
        self._exchange = exchange
        self._multi = multi
        request = exchange.request
        #: Whether libcurl may answer a response by a request of its own.
        self._may_continue = (
            request.prepare_curl_callback is not None or request.proxy_auth_mode == "digest"
        )
        self._reader = HeadReader(request.method, may_continue=self._may_continue)

    def prepare(self) -> None:
        """Set the options of the handle.

        :raises ValueError: the request asks for something that libcurl cannot do.
        """
        exchange, curl = self._exchange, self.curl
        set_options(curl, exchange)
        if not self._may_continue and _may_read_head_late(exchange):
            self._is_late = True
            # No call in Python for each line.
            curl.setopt(pycurl.HEADERFUNCTION, self._reader.lines.append)
        else:
            curl.setopt(pycurl.HEADERFUNCTION, self._take_line)
        curl.setopt(pycurl.WRITEFUNCTION, self._take_data)
        if not exchange.can_repeat or self._may_continue:
            self._watch_requests()
        fetch, request = exchange.fetch, exchange.request
        if request.body_producer is not None:
            self._feed = Feed(exchange, self._unpause_soon, self.fail)
            curl.setopt(pycurl.READFUNCTION, self._feed.read)
        if fetch.request.upload_progress is not None:
            curl.setopt(pycurl.NOPROGRESS, 0)
            curl.setopt(pycurl.XFERINFOFUNCTION, self._report)
        if request.prepare_curl_callback is not None:
            fetch.context.run(request.prepare_curl_callback, curl)
        fetch.enter("head")

    @property
    def origin(self) -> Hashable:
        """The origin that the request goes to."""
        return self._exchange.target.origin

    @property
    def leaves_handle_clean(self) -> bool:
        """True if a reset makes the handle as good as new: it knows nothing that libcurl keeps."""
        request = self._exchange.request
        return request.prepare_curl_callback is None and request.proxy_host is None

    def catch_up(self) -> None:
        """Read a head that has come, before somebody asks how far the exchange is."""
        if self._is_late and not self._has_head and not self.is_over:
            try:
                self._take_late_head()
            except RAISED as error:  # it is raised where the fetch is awaited
                self.fail(error)

    def _watch_requests(self) -> None:
        """Have libcurl ask before it sends each request.

        By itself, it sends a request again when a kept connection turns out to be closed, with all
        methods, although the server may have acted on the first request.
        """
        if _BEFORE_REQUEST is not None:
            self.curl.setopt(_BEFORE_REQUEST, self._allow_request)
        elif not self._exchange.can_repeat:
            self.curl.setopt(pycurl.FRESH_CONNECT, 1)  # on a new connection, nothing is repeated

    def abort(self) -> None:
        """Stop, and tell the exchange nothing more."""
        self.is_over = True
        self._release()
        self._multi.remove(self)

    def fail(self, error: BaseException) -> None:
        """Stop, outside the callbacks of libcurl, and fail the exchange."""
        if not self.is_over:
            self.abort()
            self._exchange.fail(error)

    # The end.

    def end(self, code: int, message: str) -> None:
        """Called when libcurl does not need the handle any more.

        :param code: one of ``pycurl.E_...``.
        """
        if self.is_over:
            return
        exchange = self._exchange
        try:
            if self._error is not None:
                raise self._error
            if not self._is_cut:
                if code:
                    raise self._libcurl_error(code, message)
                # libcurl also keeps a connection on which only the end has come.
                self._multi.keep(exchange.target.origin, self.socket)
            if not self._has_head:
                self._take_late_head()
            if not self._has_head:
                raise HTTPProtocolError("the response has no head")
            _note_times(self.curl, exchange)
            if self._waiting is None:
                self._finish()
            # Otherwise a callback still waits with the last data.
            self._is_received = True
        except RAISED as error:  # it is raised where the fetch is awaited
            self.fail(error)

    def _libcurl_error(self, code: int, message: str) -> Exception:
        fetch = self._exchange.fetch
        has_callback = self._exchange.request.prepare_curl_callback is not None
        # The words for the time of the connection are others: "Connection", "Resolving".
        if has_callback and message.startswith("Operation timed out"):
            return own_timeout_error(message)
        seconds = fetch.request.connect_timeout or 0.0
        if has_callback:
            seconds = min(seconds, self.curl.getinfo(pycurl.TOTAL_TIME))
        return make_error(code, message, seconds, fetch.peer())

    def _finish(self) -> None:
        trailers = dict(self._reader.read_trailers()) if self._reader.lines else None
        self.is_over = True
        self._release()
        self._exchange.finish(trailers)

    def _release(self) -> None:
        if self._feed is not None:
            self._feed.stop()
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _unpause(self) -> None:
        if not self.is_over:
            self._multi.unpause(self)

    def _unpause_soon(self) -> None:
        self._multi.unpause_soon(self)

    # What libcurl calls. An exception must not leave these functions.

    def _allow_request(self, *_addresses: object) -> int:
        if self._is_unanswered and not self._exchange.can_repeat:
            method = self._exchange.request.method
            self._error = HTTPStreamClosedError(
                f"the connection was closed without an answer, and {method} is not sent twice"
            )
            return int(pycurl.PREREQFUNC_ABORT)
        try:
            if not self._leave_held():
                return int(pycurl.PREREQFUNC_ABORT)
        except BaseException as error:  # noqa: BLE001 - `_stop` passes it on
            self._stop(error)
            return int(pycurl.PREREQFUNC_ABORT)
        self._is_unanswered = True
        self._reader.expect_head()
        return int(pycurl.PREREQFUNC_OK)

    def _take_line(self, octets: bytes) -> int | None:
        if self.is_over:
            return -1
        self._is_unanswered = False
        reader = self._reader
        if reader.expects_head and octets not in EMPTY_LINES:
            reader.lines.append(octets)
            return None
        try:
            head = reader.take_line(octets)
            if head is not None:
                self._take_head(head)
        except BaseException as error:  # noqa: BLE001 - `_stop` passes it on
            return self._stop(error)
        return -1 if self._is_cut else None

    def _take_head(self, head: Head) -> None:
        if not self._leave_held():
            return
        code = head.start_line.code
        if self._may_continue and (300 <= code < 400 or code in {401, 407}):
            self._held = head
        else:
            self._take_held(head)
        if code == _EXPECTATION_FAILED and self._exchange.expects_continue:
            # libcurl would repeat the request as it is, again and again.
            self._is_cut = True

    def _leave_held(self) -> bool:
        """Let libcurl answer the head that was held; return false if it must not."""
        head = self._held
        if head is not None:
            if not self._exchange.take_answered_head(head.start_line, head.headers):
                self._is_cut = True  # the head is the response
                return False
            self._held = None
        return True

    def _take_late_head(self) -> None:
        """Take a head that was held, or whose lines were only collected."""
        head = self._held or self._reader.take_lines()
        if head is not None:
            self._take_held(head)

    def _take_held(self, head: Head) -> None:
        """Give the exchange a head that libcurl does not answer."""
        self._held = None
        self._has_head = True
        self._exchange.take_head(*head)

    def _take_data(self, data: bytes) -> int | None:
        if self.is_over:
            return -1
        if self._waiting is not None:
            # libcurl keeps the data and passes them on again.
            return int(pycurl.WRITEFUNC_PAUSE)
        try:
            if not self._has_head:
                self._take_late_head()
            waiting = self._exchange.take_data(data)
            if waiting is not None:
                self._wait_for(waiting)
        except DecodingError as error:
            if self._exchange.request.prepare_curl_callback is not None:
                return self._stop(explain_decoding_error(error))
            return self._stop(error)
        except BaseException as error:  # noqa: BLE001 - as above
            return self._stop(error)
        return None

    def _wait_for(self, awaitable: Awaitable[None]) -> None:
        self._waiting = self._exchange.fetch.wait_for(awaitable)
        self._waiting.add_done_callback(self._resume)

    def _resume(self, waiting: asyncio.Task[None]) -> None:
        if waiting is not self._waiting:
            return
        self._waiting = None
        try:
            waiting.result()
            if self._is_received:
                self._finish()
            else:
                self._unpause()
        except RAISED as error:  # it is raised where the fetch is awaited
            self.fail(error)

    def _report(self, _total_in: int, _in: int, total_out: int, out: int) -> int | None:
        fetch = self._exchange.fetch
        progress = fetch.request.upload_progress
        if progress is None or not out:
            return None
        try:
            fetch.context.run(progress, int(out), int(total_out) or None)
        except BaseException as error:  # noqa: BLE001 - as above
            return self._stop(error)
        return None

    def _stop(self, error: BaseException) -> int:
        """Make libcurl stop; the error is raised where the fetch is awaited.

        The loop raises an exception that ends the program: pycurl would print it and go on.
        """
        if not isinstance(error, RAISED):
            self._multi.interrupt(error)
            error = asyncio.CancelledError()
        self._error = error
        return -1


def _may_read_head_late(exchange: Exchange) -> bool:
    """Tell whether nobody sees a difference if the head is read when the body begins."""
    fetch, request = exchange.fetch, exchange.request
    return (
        exchange.can_repeat
        and not exchange.expects_continue
        and request.header_callback is None
        and request.streaming_callback is None
        and not request.head_timeout
        and not request.body_timeout
        and fetch.request.download_progress is None
        and fetch.request._head_callback is None
    )


def _note_times(curl: Any, exchange: Exchange) -> None:
    for name, info in (
        ("namelookup", pycurl.NAMELOOKUP_TIME),
        ("connect", pycurl.CONNECT_TIME),
        ("appconnect", pycurl.APPCONNECT_TIME),
        ("pretransfer", pycurl.PRETRANSFER_TIME),
        ("starttransfer", pycurl.STARTTRANSFER_TIME),
    ):
        exchange.fetch.time_info[name] = curl.getinfo(info)
