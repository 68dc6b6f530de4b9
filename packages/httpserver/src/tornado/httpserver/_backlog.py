"""How much of a response the system buffers for a slow client.

Left alone, the system copies megabytes of a response before it says that the client is slow, and
holds them until the client has taken them. A thousand clients that ask for something large and read
next to nothing then cost seconds of copying, in which no other client is served, and gigabytes that no limit of
ours counts. What has been sent and waits for its acknowledgement does not count here, so a
fast client far away is as fast as before.
"""

from __future__ import annotations

import socket
from contextlib import suppress

#: Bytes of a response that may wait in the system without having been sent.
MOST_UNSENT = 131072

_OPTION: int | None = getattr(socket, "TCP_NOTSENT_LOWAT", None)


def bound_unsent(listener: socket.socket) -> None:
    """Limit what waits unsent on each connection that `listener` will accept, if it is TCP.

    Accepted sockets inherit the option, so that no connection pays a system call for it.
    """
    if _OPTION is not None:
        with suppress(OSError):  # Unix sockets do not have it, and have small buffers
            listener.setsockopt(socket.IPPROTO_TCP, _OPTION, MOST_UNSENT)
