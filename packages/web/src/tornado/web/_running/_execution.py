"""How a handler runs: prepare, the method, and the end.

``_execute`` is a coroutine, because instrumentation wraps it as one. Most requests never wait: a
``def`` handler runs to its end in the first step, and that step is made here by hand, without a
Task. As soon as something has to be awaited, the coroutine gives a bare ``yield`` and becomes a
Task from there on, so that :func:`asyncio.timeout`, task groups and everything else that asks for
the current task work in handlers.
"""

from __future__ import annotations

import asyncio
import sys
import types
from collections.abc import Awaitable, Coroutine, Generator
from typing import TYPE_CHECKING, Any

from tornado.log import app_log

from .._errors import HTTPError
from .._middleware._chain import run_through
from .._state import HandlerState
from ._cancelled import end_cancelled
from ._current_request import running_handler
from ._error_page import ErrorPage
from ._nothing import NOTHING

if TYPE_CHECKING:
    from contextvars import Context

    from .._application import Application

_HAS_EAGER_TASKS = sys.version_info >= (3, 12)

#: Methods that change nothing (RFC 9110 section 9.2.1): other sites may cause them.
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

_set_running = running_handler.set  # a method of what was imported is bound anew for each call

#: Tasks of requests under way with their contexts: the loop itself refers to its tasks only weakly.
_running: dict[asyncio.Task[Any], Context] = {}


def running_requests(application: Application) -> set[asyncio.Task[Any]]:
    """Return the tasks of requests under way to an application, on the running loop."""
    loop = asyncio.get_running_loop()
    return {
        task
        for task, context in list(_running.items())
        if task.get_loop() is loop and context[running_handler].application is application
    }


@types.coroutine
def _as_task() -> Generator[None, None, None]:
    """Go on within a Task: the driver answers a bare yield that way, and asyncio does as well."""
    yield


async def wait_for(result: Any) -> Any:
    """Await what a method of a handler returned, within a Task."""
    if result is NOTHING:
        return None
    if not _in_task():
        await _as_task()
    if isinstance(result, Awaitable):
        return await result
    from tornado.gen import convert_yielded

    return await convert_yielded(result)


def _in_task() -> bool:
    return asyncio.current_task() is not None


def _is_cancelled() -> bool:
    """Tell whether somebody wants the current task to end."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def run(coroutine: Coroutine[Any, Any, None], context: Context) -> asyncio.Task[None] | None:
    """Run ``_execute`` in a context of its own, as far as it comes without waiting.

    :return: the Task that finishes it, ``None`` if it is finished.
    """
    try:
        context.run(coroutine.send, None)
    except StopIteration:
        return None
    return start_task(coroutine, context)


def start_task(coroutine: Coroutine[Any, Any, None], context: Any) -> asyncio.Task[None]:
    """Go on with a coroutine as a Task."""
    loop = asyncio.get_running_loop()
    if _HAS_EAGER_TASKS:
        task = asyncio.Task(
            coroutine,
            loop=loop,
            context=context,
            eager_start=True,  # type: ignore[call-arg, unused-ignore]  # since Python 3.12
        )
    else:
        task = loop.create_task(coroutine, context=context)
    if not task.done():
        _running[task] = context
        task.add_done_callback(_ended)
    return task


def _ended(task: asyncio.Task[Any]) -> None:
    _running.pop(task, None)
    if not task.cancelled() and task.exception() is not None:
        app_log.error("Uncaught exception in a request", exc_info=task.exception())


class Execution(ErrorPage, HandlerState):
    """Run the methods of a handler in their order."""

    SUPPORTED_METHODS: tuple[str, ...] = (
        "GET",
        "HEAD",
        "POST",
        "DELETE",
        "PATCH",
        "PUT",
        "OPTIONS",
    )

    _awaits_user: bool
    current_user: Any

    if TYPE_CHECKING:

        def get_current_user(self) -> Any: ...
        def _check_origin(self) -> None: ...
        def on_connection_close(self) -> None: ...

    #: Where the body is streamed: done when it is complete, with false if the client has gone.
    _body_received: asyncio.Future[bool] | None = None
    _prepared: asyncio.Future[None] | None = None

    async def _execute(self, transforms: list[Any], *args: Any, **kwargs: Any) -> None:
        """Handle one request.

        :param args: the groups of the path, undecoded; ``kwargs`` the named ones.
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
                if not _in_task():
                    await _as_task()
                await run_through(middleware, self, self._run_methods)  # type: ignore[arg-type]  # every Execution is a handler
            else:
                await self._run_methods()
            if self._auto_finish and not self._finished:
                self.finish()
        except Exception as error:  # noqa: BLE001 - each one ends the request with an answer
            self._handle_uncaught(error)
        except asyncio.CancelledError as error:
            if not _is_cancelled():  # something that the handler has waited for was
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
        if self.request.method != method:  # prepare() has put another one in its place
            method = self.request.method
            if method.upper() not in self.SUPPORTED_METHODS:
                raise HTTPError(405)
        verb = getattr(self, _verbs[method])
        args, kwargs = self.path_args, self.path_kwargs
        result = verb(*args, **kwargs) if args or kwargs else verb()
        if result is not None and result is not NOTHING:
            await wait_for(result)

    def _handle_uncaught(self, error: BaseException) -> None:
        try:
            self._handle_request_exception(error)
        except Exception:  # noqa: BLE001 - the connection closes
            summary = self._request_summary()
            app_log.exception("Uncaught exception while an error was answered %s", summary)
            if not self._finished:
                self._abandon()

    def _tell_client_left(self) -> None:
        if self._finished:
            return  # between the end of the connection and the news of it
        try:
            self.on_connection_close()
        except Exception:  # noqa: BLE001 - logged; there is nobody to answer
            summary = self._request_summary()
            app_log.exception("Uncaught exception in on_connection_close %s", summary)

    def _decode_group(self, value: Any, name: str | None = None) -> Any:
        # What a matcher has converted already is no bytes any more.
        return self.decode_argument(value, name=name) if isinstance(value, bytes) else value

    def prepare(self) -> Awaitable[None] | None:
        """Do what all methods of a handler have in common, before the method; for subclasses.

        May be ``async def``. If it finishes the request, the method is not called.
        """
        return None


class _Verbs(dict[str, str]):
    """From the methods of HTTP to those of handlers."""

    def __missing__(self, method: str) -> str:
        return method.lower()


_verbs = _Verbs({method: method.lower() for method in Execution.SUPPORTED_METHODS})
