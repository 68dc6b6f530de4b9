"""Names of 2.x to 5.x that were not documented, but were used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._chain import Link, chain

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    #: What ``_state.contexts`` holds, and takes back.
    Contexts = tuple[tuple[Link, ...], Link | None]


class StackContextInconsistentError(Exception):
    """A block was left in another order than it was entered: never raised, blocks allow for it.

    It was raised from 3.0 to 5.1, and programs catch it.
    """


def run_with_stack_context(context: AbstractContextManager[Any], func: Callable[[], Any]) -> Any:
    """Run a function in a block, and return what it returns.

    A coroutine runs in the block as well, to its end, and what it raises goes to whoever waits for
    it. Kept for programs of 3.1 to 5.1: there, a ``yield`` inside a ``with`` block was an error.
    """
    with context:
        return func()


class _State:
    """The blocks that are open around the running code, as ``_state.contexts``.

    Programs save the attribute, set it for a while and set it back. Each thread and each callback
    has its own.
    """

    @property
    def contexts(self) -> Contexts:
        """All open blocks, the outermost first, and the innermost one, or None."""
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
