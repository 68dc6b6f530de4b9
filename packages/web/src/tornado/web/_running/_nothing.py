"""An awaitable without anything to wait for."""

from __future__ import annotations

from collections.abc import Awaitable, Generator
from typing import Any


class _Nothing(Awaitable[None]):
    """Be awaited at once; the same object serves everybody."""

    def __await__(self) -> Generator[Any, None, None]:
        return iter(())  # type: ignore[return-value]  # exhausted at once, so nothing is ever sent


#: What a ``def`` returns that did its work already, where callers may ``await`` it.
NOTHING = _Nothing()
