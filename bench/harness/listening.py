"""For programs that serve: a free port, and the way to tell the harness of it."""

from __future__ import annotations

import asyncio
import socket
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping


def listening() -> socket.socket:
    """Return a socket on a free port of the loopback interface."""
    sock = socket.create_server(("127.0.0.1", 0), backlog=4096)
    sock.setblocking(False)
    return sock


def announce(sock: socket.socket) -> None:
    """Tell the harness where to connect."""
    print(sock.getsockname()[1], flush=True)


def run(contestants: Mapping[str, Callable[[], Coroutine[Any, Any, None]]]) -> None:
    """Run the one that the command line names, on uvloop if that stands there too."""
    main = contestants[sys.argv[1]]
    if "uvloop" in sys.argv[2:]:
        import uvloop

        uvloop.run(main())
    else:
        asyncio.run(main())
