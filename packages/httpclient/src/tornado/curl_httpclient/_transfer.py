"""One hop, as a transfer of libcurl."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from tornado.httpclient._errors import HTTPProtocolError, HTTPStreamClosedError
from tornado.httpclient._failure import RAISED
from tornado.httputil import HTTPHeaders, ResponseStartLine

from ._errors import make_error
from ._feed import Feed
from ._library import pycurl
from ._options import set_options

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from tornado.httpclient._exchange import Exchange

    from ._multi import Multi

#: Interim responses in front of a final one; more are an attack.
_MAX_INTERIM = 10
#: Called before a request goes out; libcurl has it since 7.80.
_BEFORE_REQUEST = getattr(pycurl, "PREREQFUNCTION", None)


class Transfer:
    """Perform the hop of an exchange by a handle that is made for it and thrown away.

    An exception in a callback stops the transfer and becomes the exchange's error, which is why
    every callback ends in ``_stop``.
    """

    #: True once nothing is to come of it any more.
    is_over = False
    #: The descriptor that it used, -1 for none.
    socket = -1
    _error: BaseException | None = None
    _interim = 0
    _has_head = False
    _is_received = False
    #: True if the request went out and nothing has come back.
    _is_unanswered = False
    _feed: Feed | None = None
    _waiting: asyncio.Task[None] | None = None

    def __init__(self, exchange: Exchange, multi: Multi) -> None:
        self.curl: Any = pycurl.Curl()
        self._exchange = exchange
        self._multi = multi
        self._lines: list[bytes] = []

    def prepare(self) -> None:
        """Set the options of the handle.

        :raises ValueError: libcurl cannot do what is asked for.
        """
        exchange, curl = self._exchange, self.curl
        set_options(curl, exchange)
        curl.setopt(pycurl.HEADERFUNCTION, self._take_line)
        curl.setopt(pycurl.WRITEFUNCTION, self._take_data)
        if self._multi.idle.has_spoken(exchange.target.origin):
            curl.setopt(pycurl.FRESH_CONNECT, 1)
        if not exchange.can_repeat:
            self._forbid_repetition()
        hop = exchange.hop
        if hop.body_producer is not None:
            self._feed = Feed(exchange, self._resume, self._fail)
            curl.setopt(pycurl.READFUNCTION, self._feed.read)
        if exchange.request.upload_progress is not None:
            curl.setopt(pycurl.NOPROGRESS, 0)
            curl.setopt(pycurl.XFERINFOFUNCTION, self._report)
        if hop.prepare_curl_callback is not None:
            exchange.context.run(hop.prepare_curl_callback, curl)
        exchange.enter("head")

    def _forbid_repetition(self) -> None:
        """Keep libcurl from sending the request again when a kept connection turns out dead.

        It does that with all methods, although the server may have acted on the request.
        """
        if _BEFORE_REQUEST is None:
            self.curl.setopt(pycurl.FRESH_CONNECT, 1)  # what is new is not tried twice
        else:
            self.curl.setopt(_BEFORE_REQUEST, self._allow_request)

    def abort(self) -> None:
        """Stop; the exchange is told nothing more."""
        self.is_over = True
        self._release()
        self._multi.remove(self)

    def end(self, code: int, message: str) -> None:
        """Take note that libcurl is done with the handle."""
        if self.is_over:
            return
        exchange = self._exchange
        if self._error is not None:
            self._give_up(self._error)
        elif code:
            seconds = exchange.request.connect_timeout
            self._give_up(make_error(code, message, seconds))
        elif not self._has_head:
            # libcurl keeps this connection, although the end of it is all that it has to say.
            self._multi.keep(exchange.target.origin, self.socket)
            self._give_up(HTTPProtocolError("the response has no head"))
        else:
            self._note_times(exchange)
            self._multi.keep(exchange.target.origin, self.socket)
            if self._waiting is None:
                self._finish()
            # Otherwise the last piece is still being taken.
            self._is_received = True

    def _give_up(self, error: BaseException) -> None:
        self.is_over = True
        self._release()
        self._exchange.fail(error)

    def _finish(self) -> None:
        self.is_over = True
        self._release()
        trailers: dict[str, Any] = {}
        if self._lines:
            trailers = dict(HTTPHeaders.parse(b"".join(self._lines).decode("latin-1")))
        self._exchange.finish(trailers)

    def _note_times(self, exchange: Exchange) -> None:
        for name, info in (
            ("namelookup", pycurl.NAMELOOKUP_TIME),
            ("connect", pycurl.CONNECT_TIME),
            ("appconnect", pycurl.APPCONNECT_TIME),
            ("pretransfer", pycurl.PRETRANSFER_TIME),
            ("starttransfer", pycurl.STARTTRANSFER_TIME),
        ):
            exchange.time_info[name] = self.curl.getinfo(info)

    def _release(self) -> None:
        if self._feed is not None:
            self._feed.stop()
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _fail(self, error: BaseException) -> None:
        """End the transfer from outside of libcurl's callbacks."""
        if not self.is_over:
            self.abort()
            self._exchange.fail(error)

    def _resume(self) -> None:
        if not self.is_over:
            self._multi.unpause(self)

    # What libcurl calls.

    def _allow_request(self, *_addresses: object) -> int:
        if self._is_unanswered:
            method = self._exchange.hop.method
            self._error = HTTPStreamClosedError(
                f"the connection was closed without an answer, and {method} is not sent twice"
            )
            return int(pycurl.PREREQFUNC_ABORT)
        self._is_unanswered = True
        return int(pycurl.PREREQFUNC_OK)

    def _take_line(self, octets: bytes) -> int | None:
        if self.is_over:
            return -1
        self._is_unanswered = False
        try:
            if octets.strip(b"\r\n"):
                self._lines.append(octets)
            elif not self._has_head:
                self._take_head()
        except RAISED as error:  # it goes to whoever awaits the fetch
            return self._stop(error)
        return None

    def _take_head(self) -> None:
        status, _, fields = b"".join(self._lines).decode("latin-1").partition("\n")
        self._lines = []
        version, code, *reason = status.rstrip("\r\n").split(" ", 2)
        if len(code) != 3 or not code.isdigit():
            raise HTTPProtocolError(f"bad status line {status[:60]!a}")
        if code[0] == "1":
            self._interim += 1
            if self._interim > _MAX_INTERIM or code == "101":
                raise HTTPProtocolError(f"too many interim responses, or a wrong one: {code}")
            return
        self._has_head = True
        headers = HTTPHeaders.parse(fields)
        if "Transfer-Encoding" in headers and "Content-Length" in headers:
            raise HTTPProtocolError("both Transfer-Encoding and Content-Length in a response")
        if len(set(headers.get_list("Content-Length"))) > 1:
            # Older ones of libcurl take one of them; two readings of a length are an attack.
            raise HTTPProtocolError("different Content-Length fields in a response")
        start_line = ResponseStartLine(version, int(code), "".join(reason))
        length = headers.get("Content-Length")
        has_body = self._exchange.hop.method != "HEAD" and start_line.code != 304
        expected = _read_length(length) if has_body and length is not None else None
        self._exchange.take_head(start_line, headers, expected)

    def _take_data(self, data: bytes) -> int | None:
        if self.is_over:
            return -1
        if self._waiting is not None:
            # libcurl keeps the piece and gives it again.
            return int(pycurl.WRITEFUNC_PAUSE)
        try:
            waiting = self._exchange.take_data(data)
        except RAISED as error:  # it goes to whoever awaits the fetch
            return self._stop(error)
        if waiting is not None:
            self._wait_for(waiting)
        return None

    def _wait_for(self, awaitable: Awaitable[None]) -> None:
        self._waiting = self._exchange.wait_for(awaitable)
        self._waiting.add_done_callback(self._waited)

    def _waited(self, waiting: asyncio.Task[None]) -> None:
        if waiting is not self._waiting:
            return
        self._waiting = None
        error = asyncio.CancelledError() if waiting.cancelled() else waiting.exception()
        if error is not None:
            self._fail(error)
        elif self._is_received:
            self._finish()
        else:
            self._resume()

    def _report(self, _total_in: int, _in: int, total_out: int, out: int) -> int | None:
        progress = self._exchange.request.upload_progress
        if progress is None or not out:
            return None
        try:
            self._exchange.context.run(progress, int(out), int(total_out) or None)
        except RAISED as error:  # it goes to whoever awaits the fetch
            return self._stop(error)
        return None

    def _stop(self, error: BaseException) -> int:
        self._error = error
        return -1


def _read_length(value: str) -> int:
    """Read a Content-Length field; equal ones may have been joined."""
    first = value.partition(",")[0]
    if not (first.isascii() and first.isdigit() and len(first) < 20):
        raise HTTPProtocolError(f"bad Content-Length {value[:60]!a}")
    return int(first)
