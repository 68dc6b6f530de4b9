"""The multi interface of libcurl, driven by the loop."""

from __future__ import annotations

import asyncio
import contextvars
import logging
import weakref
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn

from tornado.httpclient._errors import RAISED

from ._errors import CurlError
from ._library import pycurl
from ._sockets import watch_sockets

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from tornado.ioloop import IOLoop

    from ._transfer import Transfer

_gen_log = logging.getLogger("tornado.general")

#: Seconds between two looks at heads that are only collected.
_HEAD_INTERVAL = 1.0

#: The event that stands for the time.
_TIMEOUT = ((pycurl.SOCKET_TIMEOUT, 0),)

#: How many arguments an error of libcurl has: a code and a text. An error of pycurl itself, about a
#: closed handle for instance, only has the text.
_LIBCURL_ERROR_ARGS = 2


class Multi:
    """The transfers of a client. libcurl says which sockets and which time they wait for.

    libcurl must not be called from its own callbacks. What they ask for is done later, in another
    turn of the loop.

    When a callback for sockets or time fails, libcurl gives up all transfers of its multi handle,
    and the handle with them: their fetches fail, and the next ones get a new handle.

    :param max_connections: how many connections libcurl keeps.
    """

    def __init__(self, io_loop: IOLoop, max_connections: int) -> None:
        self._loop: asyncio.AbstractEventLoop = io_loop.asyncio_loop
        self._max_connections = max_connections
        self._timer: asyncio.TimerHandle | None = None
        #: When libcurl wants to be called; the timer may be set to an earlier time.
        self._wanted_at: float | None = None
        self._is_due = False
        #: Transfers that have not asked libcurl for a connection yet.
        self._new: list[Transfer] = []
        self._head_timer: asyncio.TimerHandle | None = None
        self._transfers: dict[Any, Transfer] = {}
        self._ref = weakref.ref(self)
        #: Keeps this object while there are transfers: the timers of the loop do not.
        self._holder: list[Multi] = []
        #: Handles that were reset: a new one costs more.
        self._clean: list[Any] = []
        self._is_inside = False
        self._is_closed = False
        self._open()

    def _open(self) -> None:
        self._sockets = watch_sockets(self._loop, self._act)
        self._multi: Any = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_MAXCONNECTS, self._max_connections)
        # Old releases of PycURL hide their callbacks from the garbage collector.
        self._multi.setopt(pycurl.M_SOCKETFUNCTION, partial(_pass_on, Multi._watch, self._ref))
        self._multi.setopt(pycurl.M_TIMERFUNCTION, partial(_pass_on, Multi._set_timer, self._ref))

    def close(self) -> None:
        """Drop all transfers and close the connections."""
        if self._is_inside:
            self._call_soon(self.close)
            return
        self._is_closed = True
        for transfer in self._drop():
            transfer.curl.close()
        while self._clean:
            self._clean.pop().close()

    def take_handle(self) -> Any:
        """Return a handle without any options."""
        return self._clean.pop() if self._clean else pycurl.Curl()

    def _give_back(self, transfer: Transfer) -> None:
        """Keep a handle for another transfer, or close it."""
        curl = transfer.curl
        if transfer.leaves_handle_clean and len(self._clean) < self._max_connections:
            curl.reset()
            self._clean.append(curl)
        else:
            curl.close()

    def _drop(self) -> list[Transfer]:
        """Close the multi handle, and return the transfers that it had."""
        transfers = list(self._transfers.values())
        self._transfers.clear()
        self._holder.clear()
        for transfer in transfers:
            self._remove_handle(transfer.curl)
        for timer in (self._timer, self._head_timer):
            if timer is not None:
                timer.cancel()
        self._timer = self._head_timer = self._wanted_at = None
        self._new.clear()
        self._sockets.close()
        self._multi.close()
        return transfers

    def add(self, transfer: Transfer) -> None:
        """Start a transfer."""
        if self._is_inside:
            self._call_soon(self.add, transfer)
            return
        if self._is_closed or transfer.is_over:
            transfer.curl.close()
            return
        if not self._transfers:
            self._holder.append(self)
        self._transfers[transfer.curl] = transfer
        self._new.append(transfer)
        if self._head_timer is None:
            self._watch_heads()
        try:
            self._multi.add_handle(transfer.curl)
        except pycurl.error as error:
            if len(error.args) == _LIBCURL_ERROR_ARGS:
                self._break_soon(error)
            else:
                self._forget(transfer.curl)
                self._call_soon(transfer.fail, error)

    def remove(self, transfer: Transfer) -> None:
        """Stop a transfer; its connection is closed unless it was done."""
        if self._is_inside:
            self._call_soon(self.remove, transfer)
        elif self._owns_handle(transfer):
            self._forget(transfer.curl)
            self._remove_handle(transfer.curl)
            self._give_back(transfer)

    def _forget(self, curl: Any) -> Transfer | None:
        transfer = self._transfers.pop(curl, None)
        if not self._transfers:
            self._holder.clear()
        return transfer

    def _remove_handle(self, curl: Any) -> None:
        try:
            self._multi.remove_handle(curl)
        except pycurl.error:
            _gen_log.debug("libcurl has already removed the transfer")

    def unpause_soon(self, transfer: Transfer) -> None:
        """Resume a paused transfer in another turn of the loop.

        For callers that run in the context of a fetch: the callbacks of libcurl enter it as well.
        """
        self._call_soon(self.unpause, transfer)

    def unpause(self, transfer: Transfer) -> None:
        """Resume a paused transfer."""
        if self._is_inside:
            self._call_soon(self.unpause, transfer)
        elif self._owns_handle(transfer):
            self._is_inside = True
            try:
                transfer.curl.pause(pycurl.PAUSE_CONT)
            except pycurl.error as error:
                self._call_soon(transfer.fail, _translated(error))
            finally:
                self._is_inside = False
            self._act(_TIMEOUT)

    def keep(self, origin: Hashable, fd: int) -> None:
        """Called when a transfer does not need its socket any more."""
        self._sockets.keep(origin, fd)

    def _call_soon(self, function: Callable[..., None], *arguments: Any) -> None:
        self._loop.call_soon(function, *arguments, context=contextvars.Context())

    # When something fails.

    def interrupt(self, error: BaseException) -> None:
        """Make the loop raise an exception that must not be lost and cannot pass through libcurl."""
        self._call_soon(_raise, error)

    def _break_soon(self, error: BaseException) -> None:
        if not isinstance(error, RAISED):
            self.interrupt(error)
            error = asyncio.CancelledError()
        self._call_soon(self._break, error, self._multi)

    def _break(self, error: BaseException, multi: Any) -> None:
        """Fail all transfers of a multi handle that cannot be used any more, and make a new one."""
        if self._is_closed or multi is not self._multi:
            return
        if isinstance(error, pycurl.error):
            error = _translated(error)
        transfers = self._drop()
        self._open()
        for transfer in transfers:
            transfer.fail(error)
            transfer.curl.close()

    # What libcurl asks for.

    def _watch(self, event: int, fd: int, multi: Any, data: Any) -> None:
        try:
            if event == pycurl.POLL_REMOVE:
                self._sockets.unwatch(fd)
            else:
                self._sockets.watch(fd, event)
        except BaseException as error:  # noqa: BLE001 - it is passed on
            self._break_soon(error)

    def _set_timer(self, milliseconds: int) -> None:
        try:
            if milliseconds < 0:
                self._wanted_at = None
            elif milliseconds:
                self._wait_until(self._loop.time() + milliseconds / 1000)
            elif not self._is_due:
                self._is_due = True
                self._call_soon(self._on_due)
        except BaseException as error:  # noqa: BLE001 - it is passed on
            self._break_soon(error)

    def _wait_until(self, when: float) -> None:
        """Have libcurl called at a time; a timer that is set to an earlier one is left alone."""
        self._wanted_at = when
        if self._timer is not None:
            if self._timer.when() <= when:
                return
            self._timer.cancel()
        self._timer = self._loop.call_at(
            when, _call, Multi._on_timer, self._ref, self._holder, context=contextvars.Context()
        )

    # What the loop calls.

    def _on_due(self) -> None:
        self._is_due = False
        self._act(_TIMEOUT)

    def _on_timer(self) -> None:
        self._timer = None
        when = self._wanted_at
        if when is None:
            return
        if when > self._loop.time():
            self._wait_until(when)
        else:
            self._wanted_at = None
            self._act(_TIMEOUT)

    def _act(self, events: Sequence[tuple[int, int]]) -> None:
        if self._is_closed:
            return
        self._is_inside = True
        try:
            if self._new:
                self._avoid_input()
            for fd, action in events:
                self._multi.socket_action(fd, action)
        except BaseException as error:  # noqa: BLE001 - pycurl's own, or that of a callback
            self._break_soon(error)
        finally:
            self._is_inside = False
        left = 1
        while left and not self._is_closed:
            left, done, failed = self._multi.info_read()
            for curl in done:
                self._end(curl, 0, "")
            for curl, code, message in failed:
                self._end(curl, code, message)

    def _avoid_input(self) -> None:
        """Keep new transfers from connections on which something has come that answers nothing."""
        self._sockets.look()
        for transfer in self._new:
            if self._owns_handle(transfer) and self._sockets.has_input(transfer.origin):
                transfer.curl.setopt(pycurl.FRESH_CONNECT, 1)
        self._new.clear()

    def _watch_heads(self) -> None:
        self._head_timer = self._loop.call_later(
            _HEAD_INTERVAL,
            _call,
            Multi._look_at_heads,
            self._ref,
            self._holder,
            context=contextvars.Context(),
        )

    def _look_at_heads(self) -> None:
        """Refuse bad heads whose body does not begin."""
        self._head_timer = None
        for transfer in list(self._transfers.values()):
            transfer.catch_up()
        if self._transfers and self._head_timer is None:
            self._watch_heads()

    def _owns_handle(self, transfer: Transfer) -> bool:
        """Tell whether a transfer is under way; its handle may be another's by now."""
        return self._transfers.get(transfer.curl) is transfer

    def _end(self, curl: Any, code: int, message: str) -> None:
        transfer = self._forget(curl)
        if transfer is None:
            return
        transfer.socket = curl.getinfo(pycurl.LASTSOCKET)  # known until it is removed
        try:
            try:
                self._multi.remove_handle(curl)
            finally:
                transfer.end(code, message)
        except BaseException as error:  # noqa: BLE001 - the others have to end as well
            self.interrupt(error)
        self._give_back(transfer)


def _call(method: Callable[[Multi], None], multi: weakref.ref[Multi], _holder: list[Multi]) -> None:
    known = multi()
    if known is not None:
        method(known)


def _pass_on(method: Callable[..., None], multi: weakref.ref[Multi], *arguments: Any) -> None:
    known = multi()
    if known is not None:
        method(known, *arguments)


def _translated(error: pycurl.error) -> Exception:
    return CurlError(*error.args) if len(error.args) == _LIBCURL_ERROR_ARGS else error


def _raise(error: BaseException) -> NoReturn:
    raise error
