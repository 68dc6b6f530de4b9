"""The chain of contexts that a callback descends from, kept in one context variable.

Theory of operation
===================
Every ``with`` block of this module puts one link in front of a chain. The chain lives in a
``ContextVar``, so asyncio carries it for free: ``call_soon``, ``call_later``, ``add_reader`` and
``add_done_callback`` all run a callback in the context in which it was registered. Nothing looks
at the chain until a callback has raised.
"""

from __future__ import annotations

from contextlib import ExitStack
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from types import TracebackType

    #: Gets type, value and traceback of an exception and returns true if that settles it.
    ExceptionHandler: TypeAlias = Callable[
        [type[BaseException], BaseException, TracebackType | None], Any
    ]
    ContextFactory: TypeAlias = Callable[[], AbstractContextManager[Any]]


class Link:
    """One open or past ``with`` block: a handler of exceptions or a factory of contexts."""

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
        """Leave this link out from now on, in callbacks that were registered already too."""
        self.active = False


#: The innermost link of the running code. None: no block is open around it.
chain: ContextVar[Link | None] = ContextVar("tornado.stack_context", default=None)


class Reentry:
    """Whether any block of this process wants its context entered again around callbacks.

    The loop asks this one attribute before each callback, so that programs without a
    ``StackContext`` never look further.
    """

    wanted = False


def offer(error: BaseException, link: Link | None) -> BaseException | None:
    """Give an exception to the handlers of a chain, innermost first.

    A handler runs in the context outside of its own block. If it raises, its exception goes on to
    the next one in place of the first.

    :returns: None if a handler returned true, otherwise the exception that is left.
    """
    while link is not None:
        if link.active and link.handler is not None:
            token = chain.set(link.outer)
            try:
                if link.handler(type(error), error, error.__traceback__):
                    return None
            except Exception as raised:  # noqa: BLE001 - it replaces the first, as in a with block
                error = raised
            finally:
                chain.reset(token)
        link = link.outer
    return error


def enter_again(link: Link | None) -> ExitStack:
    """Enter the contexts of a chain again, outermost first, and guard them by its handlers."""
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
                stack.push(_guard(each.handler))
        return stack.pop_all()
    raise RuntimeError("a context refused to be entered, and swallowed its own exception")


def _guard(handler: ExceptionHandler) -> Callable[..., bool]:
    def leave(
        typ: type[BaseException] | None, value: BaseException | None, tb: TracebackType | None
    ) -> bool:
        return typ is not None and value is not None and bool(handler(typ, value, tb))

    return leave
