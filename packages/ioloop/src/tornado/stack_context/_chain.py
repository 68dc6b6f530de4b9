"""The chain of contexts that a callback descends from, kept in one context variable.

Theory of operation
===================
Every ``with`` block of this module adds one link to a chain, which is kept in a ``ContextVar``. So
asyncio passes it on without extra cost: ``call_soon``, ``call_later``, ``add_reader`` and
``add_done_callback`` all run a callback in the context in which it was registered. Nothing looks
at the chain until a callback has raised an exception.
"""

from __future__ import annotations

from contextlib import ExitStack
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from types import TracebackType

    #: Takes the type, value and traceback of an exception, and returns a true value if it has
    #: handled the exception.
    ExceptionHandler: TypeAlias = Callable[
        [type[BaseException], BaseException, TracebackType | None], Any
    ]
    ContextFactory: TypeAlias = Callable[[], AbstractContextManager[Any]]


class Link:
    """A ``with`` block, open or left, with its exception handler or its factory of contexts.

    :ivar outer: the link of the block around it.
    """

    __slots__ = ("active", "factory", "handler", "outer")

    def __init__(
        self,
        outer: Link | None,
        handler: ExceptionHandler | None = None,
        factory: ContextFactory | None = None,
    ) -> None:
        self.outer = outer
        self.handler = handler
        self.factory = factory
        self.active = True

    def deactivate(self) -> None:
        """Skip this link from now on, in callbacks that have already been registered as well."""
        self.active = False


#: The innermost link of the running code, or None if no block is open around it.
chain: ContextVar[Link | None] = ContextVar("tornado.stack_context", default=None)


class Reentry:
    """Whether this process has had a block whose context is entered again around callbacks.

    The loop reads only this attribute before each callback, so programs without a ``StackContext``
    do not pay for it.
    """

    is_needed = False


def offer(error: BaseException, link: Link | None) -> BaseException | None:
    """Give an exception to the handlers of a chain, innermost first.

    A handler runs in the context outside its own block. If it raises an exception, that one goes on
    to the next handler instead.

    :returns: None if a handler returned a true value, otherwise the exception that is left.
    """
    while link is not None:
        if link.active and link.handler is not None:
            token = chain.set(link.outer)
            try:
                if link.handler(type(error), error, error.__traceback__):
                    return None
            except Exception as raised:  # noqa: BLE001 - it replaces the first one, as in a with block
                error = raised
            finally:
                chain.reset(token)
        link = link.outer
    return error


def enter_again(link: Link | None) -> ExitStack:
    """Enter the contexts of a chain again, outermost first, within its exception handlers."""
    links = []
    while link is not None:
        if link.active:
            links.append(link)
        link = link.outer
    with ExitStack() as stack:
        for each in reversed(links):
            if each.factory is not None:
                stack.enter_context(each.factory())
            elif each.handler is not None:
                stack.push(_exit_of(each.handler))
        return stack.pop_all()
    raise RuntimeError("a context refused to be entered, and swallowed its own exception")


def _exit_of(handler: ExceptionHandler) -> Callable[..., bool]:
    def leave(
        typ: type[BaseException] | None, value: BaseException | None, tb: TracebackType | None
    ) -> bool:
        return typ is not None and value is not None and bool(handler(typ, value, tb))

    return leave
