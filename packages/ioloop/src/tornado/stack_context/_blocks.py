"""The ``with`` blocks that callbacks descend from."""

from __future__ import annotations

import functools
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar, cast

from ._chain import Link, Reentry, chain, enter_again, offer
from ._routes import route_running_loop

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from contextvars import Token
    from types import TracebackType

    from ._chain import ContextFactory, ExceptionHandler

F = TypeVar("F", bound="Callable[..., Any] | None")


class _Block:
    """A ``with`` block that adds a link to the chain."""

    def __init__(self) -> None:
        self._tokens: list[Token[Link | None]] = []

    def _open(self, link: Link | None) -> None:
        self._tokens.append(chain.set(link))

    def _close(self) -> None:
        # A generator may enter the block in one context and leave it in another, whose chain never
        # had the link.
        with suppress(ValueError):
            chain.reset(self._tokens.pop())


class ExceptionStackContext(_Block):
    """A block whose exceptions, and those of the callbacks that it registers, go to one handler.

    A callback descends from the block if it was registered inside it, or by another callback that
    descends from it: with :meth:`.IOLoop.add_callback`, ``call_later``, ``add_handler``,
    ``add_future``, or with the functions of asyncio. This costs nothing until a callback raises an
    exception.

    :param exception_handler: called with the type, value and traceback. If it returns a true value,
        the exception is handled. Otherwise the exception goes to the next block outside this one, and
        finally to the log. If the handler itself raises an exception, that one goes on instead.
    :param delay_warning: classic and ignored: 5.x warned about this class.

    Entering the block returns a function without arguments, which turns the handler off, for
    callbacks that have already been registered as well.

    >>> with ExceptionStackContext(lambda typ, value, tb: typ is ZeroDivisionError):
    ...     1 / 0
    """

    def __init__(self, exception_handler: ExceptionHandler, delay_warning: object = None) -> None:
        super().__init__()
        self.exception_handler = exception_handler

    def __enter__(self) -> Callable[[], None]:
        link = Link(chain.get(), handler=self.exception_handler)
        self._open(link)
        route_running_loop()
        return link.deactivate

    def __exit__(
        self,
        typ: type[BaseException] | None,
        value: BaseException | None,
        tb: TracebackType | None,
    ) -> bool:
        self._close()
        if typ is None or value is None:
            return False
        return bool(self.exception_handler(typ, value, tb))


class StackContext(_Block):
    """A block that runs, like the callbacks that it registers, inside a context manager.

    :param context_factory: a function without arguments that returns a new context manager. It
        is called for the block, and again around every callback that descends from it. It is meant
        for state that has to be set up and cleaned up each time. Plain values belong in a
        :class:`contextvars.ContextVar`, which needs no block of this module.

    Entering the block returns a function without arguments, which turns this off for later
    callbacks.

    The callbacks of IOLoop run in the contexts. Callbacks that are passed to the functions of asyncio
    directly run without them, unless they are passed to :func:`wrap` first.
    """

    def __init__(self, context_factory: ContextFactory, _active_cell: object = None) -> None:
        super().__init__()
        self.context_factory = context_factory
        self._entered: list[AbstractContextManager[Any]] = []

    def __enter__(self) -> Callable[[], None]:
        context = self.context_factory()
        context.__enter__()
        self._entered.append(context)
        link = Link(chain.get(), factory=self.context_factory)
        self._open(link)
        Reentry.is_needed = True
        return link.deactivate

    def __exit__(
        self,
        typ: type[BaseException] | None,
        value: BaseException | None,
        tb: TracebackType | None,
    ) -> bool:
        self._close()
        return bool(self._entered.pop().__exit__(typ, value, tb))


class NullContext(_Block):
    """A block whose callbacks do not descend from the blocks around it.

    It is for operations that outlive their origin, such as a connection pool that is filled during a
    request.
    """

    def __enter__(self) -> None:
        self._open(None)

    def __exit__(self, *exc_info: object) -> None:
        self._close()


def wrap(fn: F) -> F:
    """Return a function that runs in the blocks that are open now, wherever it is called.

    This is for callbacks that are kept in a variable and called directly. The methods of IOLoop and
    the functions of asyncio do the same by themselves. The function is returned as it is if no block
    is open, or if it is None or has been wrapped already.
    """
    link = chain.get()
    if fn is None or link is None or hasattr(fn, "_stack_context_wrapped"):
        return fn

    @functools.wraps(fn)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        token = chain.set(link)
        try:
            with enter_again(link):
                return fn(*args, **kwargs)
        finally:
            chain.reset(token)

    wrapped._stack_context_wrapped = True  # type: ignore[attr-defined]  # the mark that is checked above
    return cast("F", wrapped)


def handle_exception(error: BaseException) -> BaseException | None:
    """Offer an exception to the handlers of the running code, innermost first.

    This is for libraries that call the callbacks of their users themselves, and want exceptions to be
    handled as in callbacks of the loop. Call it in the ``except`` clause around the callback.

    :returns: None if a handler has handled it, otherwise the exception to log or to raise.
    """
    link = chain.get()
    return error if link is None else offer(error, link)
