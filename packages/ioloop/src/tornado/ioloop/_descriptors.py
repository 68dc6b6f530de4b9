"""File descriptors, by number or by object."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import Protocol, TypeAlias


class Selectable(Protocol):
    """An object with a file descriptor, such as a socket."""

    def fileno(self) -> int:
        """Return the number of the descriptor."""
        ...

    def close(self) -> None:
        """Close the descriptor."""
        ...


Descriptor: TypeAlias = int | Selectable


def split_descriptor(fd: Descriptor) -> tuple[int, Descriptor]:
    """Return the number of a descriptor, and what was given."""
    return (fd, fd) if isinstance(fd, int) else (fd.fileno(), fd)


def close_descriptor(fd: Descriptor) -> None:
    """Close a descriptor; one that is closed is no error."""
    # If somebody was faster: the caller wants it closed, and it is.
    with suppress(OSError):
        if isinstance(fd, int):
            os.close(fd)
        else:
            fd.close()
