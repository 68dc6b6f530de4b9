"""What is remembered about files: small contents, and the hashes of contents.

Nothing is believed longer than the file system says so: whoever asks brings a fresh ``stat``. A
file that was written a moment ago is not remembered at all, because a second write within the same
tick of the file system's clock would leave no trace in it.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    import os

    from ._static_paths import FoundFile

T = TypeVar("T")

#: How old, in seconds, a change must be before the clock can be trusted to show the next one.
_SETTLED = 2.0


def signature(status: os.stat_result) -> tuple[int, ...]:
    """Give what changes when a file does."""
    return (
        status.st_mtime_ns,
        status.st_ctime_ns,
        status.st_size,
        status.st_ino,
        status.st_dev,
    )


def is_settled(status: os.stat_result) -> bool:
    """Tell whether a file has been as it is for long enough to be remembered."""
    return time.time() - max(status.st_mtime, status.st_ctime) > _SETTLED


class FileMemory(Generic[T]):
    """Remember one thing per file, within bounds; what was remembered first goes first.

    :param weight: the most that all of it together may weigh.
    """

    def __init__(self, weight: int) -> None:
        self.limit = weight
        self.weight = 0
        self._entries: dict[object, tuple[tuple[int, ...], T, int]] = {}

    def get(self, found: FoundFile, owner: object = None) -> T | None:
        """Give what is known about a file as it is now.

        :param owner: who has a view of the file of its own.
        """
        key = found.path if owner is None else (owner, found.path)
        entry = self._entries.get(key)
        if entry is None:
            return None
        if entry[0] != found.signature:
            self._remove(key)
            return None
        return entry[1]

    def put(self, found: FoundFile, thing: T, weight: int = 1, owner: object = None) -> None:
        """Remember something about a file, if it can be told when it changes."""
        if weight > self.limit or not is_settled(found.stat):
            return
        key = found.path if owner is None else (owner, found.path)
        self._remove(key)
        self._entries[key] = (found.signature, thing, weight)
        self.weight += weight
        while self.weight > self.limit:
            self._remove(next(iter(self._entries)))

    def _remove(self, key: object) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self.weight -= entry[2]

    def clear(self) -> None:
        """Forget everything."""
        self._entries.clear()
        self.weight = 0

    def __len__(self) -> int:
        return len(self._entries)
