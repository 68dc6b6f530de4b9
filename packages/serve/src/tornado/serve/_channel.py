"""What a worker and the master tell each other.

Both hold one end of a pair of sockets. A message is a line. When a process ends, the other side reads
the end of the stream, however it ended; a worker whose master is gone ends too.
"""

from __future__ import annotations

from contextlib import suppress
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import socket


class Message(Enum):
    """The messages; the first four are the worker's, the others the master's."""

    #: The application has started, and the worker accepts connections.
    READY = "ready"
    #: The application cannot start; the worker has logged why.
    FAILED = "failed"
    #: The application cannot be forked after its import: each worker has to import it.
    ALONE = "alone"
    #: The source has changed, and the worker ends.
    CHANGED = "changed"
    #: Finish what is under way and end: others have taken over.
    DRAIN = "drain"
    #: Like that, but the whole server ends: say so to readiness probes before.
    STOP = "stop"


#: The word before the number of a process, which is a worker's first line.
_PID = "pid "


class Channel:
    """One end of the pair of sockets."""

    def __init__(self, sock: socket.socket) -> None:
        self.socket = sock
        self._ahead = b""

    def fileno(self) -> int:
        """Return the descriptor, for selectors."""
        return self.socket.fileno()

    def close(self) -> None:
        """Close this end."""
        self.socket.close()

    def send(self, message: Message) -> None:
        """Send a message, unless the other side is gone."""
        self._send_line(message.value)

    def send_pid(self, pid: int) -> None:
        """Tell the master the number of the worker's process."""
        self._send_line(f"{_PID}{pid}")

    def _send_line(self, line: str) -> None:
        with suppress(OSError):  # the other side has ended: it is noticed when reading
            self.socket.sendall(f"{line}\n".encode())

    def receive(self) -> list[Message | int] | None:
        """Read what is there.

        :returns: messages, and the process's number as an int; None if the other side has ended.
        """
        try:
            data = self.socket.recv(4096)
        except (BlockingIOError, InterruptedError):
            return []
        except OSError:
            data = b""
        if not data:
            return None
        *lines, self._ahead = (self._ahead + data).split(b"\n")
        return [_parse(line.decode()) for line in lines]


def _parse(line: str) -> Message | int:
    return int(line.removeprefix(_PID)) if line.startswith(_PID) else Message(line)
