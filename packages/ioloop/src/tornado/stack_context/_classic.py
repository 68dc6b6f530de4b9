"""Names of 2.x to 5.x that were not documented but are used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._chain import Link, chain

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    #: The value of ``_state.contexts``.
    Contexts = tuple[tuple[Link, ...], Link | None]


class StackContextInconsistentError(Exception):
    """Blocks were left in another order than they were entered in.

    It was raised from 3.0 to 5.1, and programs catch it. It is never raised today, because blocks
    may be left in any order.
    """


def run_with_stack_context(context: AbstractContextManager[Any], func: Callable[[], Any]) -> Any:
    """Run a function in a block, and return its result.

    If it is a coroutine, it also runs in the block to its end, and raises its exceptions where it is
    awaited. Kept for programs of 3.1 to 5.1, where a ``yield`` inside a ``with`` block was an error.
    """
    with context:
        return func()


class _State:
    """The blocks that are open around the running code, as ``_state.contexts``.

    Programs save the attribute, set it for a while, and restore it. Each thread and each callback has
    a value of its own.
    """

    @property
    def contexts(self) -> Contexts:
        """A tuple of all open blocks, outermost first, and the innermost block or None."""
        links = []
        head = link = chain.get()
        while link is not None:
            links.append(link)
            link = link.outer
        return tuple(reversed(links)), head

    @contexts.setter
    def contexts(self, value: Contexts | tuple[()]) -> None:
        chain.set(value[1] if value else None)


_state = _State()
