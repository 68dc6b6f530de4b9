"""The versions of static files: hashes of their contents."""

from __future__ import annotations

import asyncio
import hashlib
from typing import TYPE_CHECKING

from ._file_memory import FileMemory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ._static_paths import FoundFile

#: Contents up to this size, in bytes, are hashed on the loop: that takes about a millisecond.
HASHED_AT_ONCE = 1 << 20


def content_hash(content: bytes | Iterable[bytes]) -> str:
    """Return the SHA-512 hash of a content, whole or in pieces, in hexadecimal digits."""
    hashed = hashlib.sha512()
    if isinstance(content, bytes):
        hashed.update(content)
    else:
        for piece in content:
            hashed.update(piece)
    return hashed.hexdigest()


class Versions:
    """Remember the versions of files, and make those of large ones in a thread."""

    def __init__(self) -> None:
        self._known: FileMemory[str] = FileMemory(1)
        self._under_way: dict[tuple[object, ...], asyncio.Future[str | None]] = {}

        #: Give the version of a file, if it is known.
        self.get = self._known.get

    def put(self, found: FoundFile, version: str, most: int, owner: object = None) -> None:
        """Remember a version; at most `most` of them are."""
        self._known.limit = most
        self._known.put(found, version, owner=owner)

    def clear(self) -> None:
        """Forget all versions."""
        self._known.clear()

    def in_thread(
        self, found: FoundFile, make: Callable[[str], str | None]
    ) -> asyncio.Future[str | None]:
        """Make a version in a thread, once for all who wait for it.

        :return: a future; whoever stops to wait does not stop the others.
        """
        key = (found.path, found.signature)
        future = self._under_way.get(key)
        if future is None or future.get_loop() is not asyncio.get_running_loop():
            future = asyncio.get_running_loop().run_in_executor(None, make, found.path)
            self._under_way[key] = future
            future.add_done_callback(lambda _: self._under_way.pop(key, None))
        return asyncio.shield(future)
