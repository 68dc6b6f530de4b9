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
    """Put a link in front of the chain while the block is open."""

    def __init__(self) -> None:
        self._tokens: list[Token[Link | None]] = []

    def _open(self, link: Link | None) -> None:
        self._tokens.append(chain.set(link))

    def _close(self) -> None:
        # A generator may enter the block in one context and leave it in another. The chain of that
        # one never had the link.
        with suppress(ValueError):
            chain.reset(self._tokens.pop())


class ExceptionStackContext(_Block):
    """Send the exceptions of this block, and of callbacks that it registers, to one handler.

    A callback descends from the block if it was registered inside of it, or by another callback
    that descends from it: with :meth:`.IOLoop.add_callback`, ``call_later``, ``add_handler``,
    ``add_future``, or with asyncio's own functions. It costs nothing until something raises.

    :param exception_handler: called with type, value and traceback. If it returns true the
        exception is settled, otherwise it goes on to the next block outside and at last to the
        log. If it raises, the new exception goes on instead.

    Entering the block gives a function of no arguments. It takes the handler out of effect, in
    callbacks that are registered already too.

    :param delay_warning: classic, and ignored: 5.x warned of this class.

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
    """Run this block, and callbacks that it registers on the IOLoop, inside a context manager.

    :param context_factory: a function without arguments that returns a new context manager. It
        is called for the block and once more around every callback that descends from it, so it
        suits what has to be entered and left again. Plain values belong in a
        :class:`contextvars.ContextVar`, which needs no block of this module.

    Entering the block gives a function of no arguments that stops this for later callbacks.

    The contexts are entered by the IOLoop's methods. Callbacks that go to asyncio's functions
    directly run without them; give those to :func:`wrap` first.
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
        Reentry.wanted = True
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
    """Register callbacks that descend from none of the blocks around this one.

    For work that outlives its origin, such as a connection pool that is filled during a request.
    """

    def __enter__(self) -> None:
        self._open(None)

    def __exit__(self, *exc_info: object) -> None:
        self._close()


def wrap(fn: F) -> F:
    """Return a function that runs in the blocks that are open now, wherever it is called.

    The IOLoop's methods and asyncio's functions do this by themselves. It is for callbacks that
    are kept in a variable and called by hand. Outside of all blocks it returns the function as it
    is, and so it does for None and for a function that was wrapped already.
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

    wrapped._stack_context_wrapped = True  # type: ignore[attr-defined]  # the mark that is asked above
    return cast("F", wrapped)


def handle_exception(error: BaseException) -> BaseException | None:
    """Offer an exception to the handlers of the running code, innermost first.

    For libraries that call their users' callbacks themselves and want them to fail like callbacks
    of the loop. Call it in the ``except`` clause around the callback.

    :returns: None if a handler settled it, otherwise the exception to log or to raise.
    """
    link = chain.get()
    return error if link is None else offer(error, link)
