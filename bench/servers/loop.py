"""Run a server's coroutine on the loop that it is asked for."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from settings import Settings


def run(main: Coroutine[None, None, None], settings: Settings) -> None:
    if settings.loop == "uvloop":
        import uvloop

        uvloop.run(main)
    else:
        asyncio.run(main)
