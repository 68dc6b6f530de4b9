"""The facet ``Execution``: how a handler runs, from ``prepare`` to the end of its request.

``_execute`` is a coroutine, because instrumentation wraps it as one; :mod:`._tasks` says how it is
run.
"""

from __future__ import annotations

import asyncio
import functools
from typing import TYPE_CHECKING, Any, overload

from tornado.log import app_log

from .._errors import HTTPError
from .._state import HandlerState
from ._current_request import running_handler
from ._failures import answer_exception, close_connection, end_cancelled, log_handler_exception
from ._methods import unimplemented_method
from ._tasks import COMPLETED, become_task, in_task, is_cancelled, wait_for

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from types import TracebackType

#: Methods that change nothing (RFC 9110 section 9.2.1): other sites may cause them.
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

_set_running = running_handler.set  # saves binding the method for each call


#: The names of the methods of handlers, by those of HTTP. A program may support others.
_VERBS = {method: method.lower() for method in HandlerState.SUPPORTED_METHODS}


class Execution(HandlerState):
    """The run of a handler: its methods in their order, and what ends it."""

    async def _execute(self, transforms: list[Any], *args: Any, **kwargs: Any) -> None:
        """Handle one request.

        :param args: the groups of the path, undecoded; ``kwargs`` are the named ones.
        """
        self._transforms = transforms
        _set_running(self)
        try:
            method = self.request.method
            if method not in self.SUPPORTED_METHODS:
                raise HTTPError(405)
            self.path_args = [self._decode_group(arg) for arg in args] if args else []
            self.path_kwargs = (
                {name: self._decode_group(arg, name) for name, arg in kwargs.items()}
                if kwargs
                else {}
            )
            middleware = self.application.middleware
            if middleware:
                from .._middleware._chain import run_through

                if not in_task():
                    await become_task()
                await run_through(middleware, self, self._run_methods)  # type: ignore[arg-type]  # every Execution is a handler
            else:
                await self._run_methods()
            if self._auto_finish and not self._finished:
                self.finish()
        except Exception as error:  # noqa: BLE001 - each one ends the request with an answer
            self._handle_uncaught(error)
        except asyncio.CancelledError as error:
            if not is_cancelled():  # not this task, but something that the handler has waited for
                self._handle_uncaught(error)
                return
            if not self._finished:
                end_cancelled(self)
            raise
        finally:
            if self._prepared is not None and not self._prepared.done():
                self._prepared.set_result(None)

    async def _run_methods(self) -> None:
        """Call what answers the request: ``prepare`` and the method."""
        method = self.request.method
        if method not in _SAFE_METHODS:
            self._check_origin()
        if self._awaits_user:
            self.current_user = await wait_for(self.get_current_user())
        result = self.prepare()
        if result is not None:
            await wait_for(result)
        if self._prepared is not None and not self._prepared.done():
            self._prepared.set_result(None)
        if self._finished:
            return
        if self._body_received is not None and not await wait_for(self._body_received):
            # The client has gone in the middle of its body, or was refused by the connection.
            if not self._finished:
                self._finished = True
                connection: Any = self.request.connection
                self._log_without_answer(getattr(connection, "refused_with", None) or 400)
            return
        if self.request.method != method:  # prepare() has replaced it
            method = self.request.method
            if method.upper() not in self.SUPPORTED_METHODS:
                raise HTTPError(405)
        verb = getattr(self, _VERBS[method] if method in _VERBS else method.lower())
        args, kwargs = self.path_args, self.path_kwargs
        result = verb(*args, **kwargs) if args or kwargs else verb()
        if result is not None and result is not COMPLETED:
            await wait_for(result)

    def _decode_group(self, value: Any, name: str | None = None) -> Any:
        # A matcher may have converted it already.
        return self.decode_argument(value, name=name) if isinstance(value, bytes) else value

    # The methods

    def _initialize(self) -> None:
        """Called with the keyword arguments of the route. Override to declare and store them."""

    # Typed as open, so that type checkers let a subclass declare its own arguments; so are the
    # methods below.
    initialize: Callable[..., None] = _initialize

    def prepare(self) -> Awaitable[None] | None:
        """Called before each method. Override to do what all of them have in common.

        It may be ``async def``. If it finishes the request, the method is not called.
        """
        return None

    _unimplemented_method = unimplemented_method

    # Not all of them mean something for every resource.

    head: Callable[..., Awaitable[None] | None] = _unimplemented_method
    get: Callable[..., Awaitable[None] | None] = _unimplemented_method
    post: Callable[..., Awaitable[None] | None] = _unimplemented_method
    delete: Callable[..., Awaitable[None] | None] = _unimplemented_method
    patch: Callable[..., Awaitable[None] | None] = _unimplemented_method
    put: Callable[..., Awaitable[None] | None] = _unimplemented_method
    options: Callable[..., Awaitable[None] | None] = _unimplemented_method

    # Callbacks

    @overload
    def async_callback(self, callback: None, *args: Any, **kwargs: Any) -> None: ...
    @overload
    def async_callback(
        self, callback: Callable[..., Any], *args: Any, **kwargs: Any
    ) -> Callable[..., Any]: ...
    def async_callback(
        self, callback: Callable[..., Any] | None, *args: Any, **kwargs: Any
    ) -> Callable[..., Any] | None:
        """Wrap a callback, so that its exceptions answer this request (classic).

        Callbacks that descend from a method with :func:`asynchronous` need no wrapping. It is for
        callbacks from elsewhere: a pool of threads, a library with another loop.

        :param args: they go before the callback's own arguments, and ``kwargs`` with them.
        """
        if callback is None:
            return None
        function = functools.partial(callback, *args, **kwargs)

        def wrapper(*args: Any, **kwargs: Any) -> Any:
            try:
                return function(*args, **kwargs)
            except Exception as error:  # noqa: BLE001 - it is answered and logged
                self._handle_uncaught(error)
                return None

        return wrapper

    def _answer_exception(
        self, typ: type[BaseException], value: BaseException, tb: TracebackType | None
    ) -> bool:
        """Answer an exception of a callback that descends from this handler."""
        if not isinstance(value, Exception):
            return False
        self._handle_uncaught(value)
        return True

    # Failures

    def log_exception(
        self,
        typ: type[BaseException] | None,
        value: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        """Called to log an exception. Override to log it in another way.

        An :exc:`HTTPError` with a message is a warning of ``tornado.general``, one without a
        message is not logged here. Everything else is an error of ``tornado.application`` with its
        traceback.
        """
        log_handler_exception(self, (typ, value, tb))

    def on_connection_close(self) -> None:
        """Called when the client goes away before its response is finished. Override to stop work.

        It is not called when the client leaves after a finished response, nor when nobody can
        notice: TCP has no sign for a cable that was pulled.
        """

    def _handle_uncaught(self, error: BaseException) -> None:
        try:
            self._handle_request_exception(error)
        except Exception:  # noqa: BLE001 - the connection closes
            summary = self._request_summary()
            app_log.exception("Uncaught exception while an error was answered %s", summary)
            if not self._finished:
                self._abandon()

    def _handle_request_exception(self, error: BaseException) -> None:
        answer_exception(self, error)

    def _notify_client_left(self) -> None:
        if self._finished:
            return  # the connection has ended, but its callback comes only now
        try:
            self.on_connection_close()
        except Exception:  # noqa: BLE001 - logged; there is nobody to answer
            summary = self._request_summary()
            app_log.exception("Uncaught exception in on_connection_close %s", summary)

    def _abandon(self) -> None:
        """Close the connection although the response is incomplete."""
        self._finished = True
        close_connection(self)
        if self._client_left:
            self._log()  # the handler has not failed
        else:
            self._log_without_answer(500)

    # The access log

    def _request_summary(self) -> str:
        request = self.request
        return f"{request.method} {request.uri} ({request.remote_ip})"

    def _log_without_answer(self, status_code: int) -> None:
        """Write the access log of a request whose answer was not sent, with a status for it."""
        if not self._headers_written:
            self._status_code = status_code
        self._log()

    def _log(self) -> None:
        """Write the access log."""
        self.application.log_request(self)  # type: ignore[arg-type]  # every Execution is a handler
