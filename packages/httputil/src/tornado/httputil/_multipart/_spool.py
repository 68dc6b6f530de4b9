"""Bytes that stay in memory while they are few and go to a temporary file when they are many."""

from __future__ import annotations

import os
import weakref
from contextlib import suppress
from functools import partial
from typing import IO, TYPE_CHECKING, TypeVar

from tornado.util import move_file, replace_file

if TYPE_CHECKING:
    from asyncio import Future
    from collections.abc import Callable

T = TypeVar("T")

#: How many bytes go to a thread at once; fewer would cost more to hand over than to write.
_BATCH = 256 * 1024


class Spool:
    """Bytes in memory or in a file, which is only used in the executor of the running loop.

    :param memory: how many bytes may stay in memory.
    :param directory: the folder for the temporary file, by default the system's.
    """

    def __init__(self, memory: int, directory: str | os.PathLike[str] | None = None) -> None:
        self.size = 0
        self._memory = memory
        self._directory = directory
        self._chunks: list[bytes] = []
        self._held = 0
        self._is_closed = False
        self._file: _TemporaryFile | None = None
        self._writing: Future[None] | None = None

    @property
    def path(self) -> str | None:
        """The path of the temporary file, None while everything is in memory."""
        return None if self._file is None else self._file.path

    async def write(self, data: bytes) -> None:
        """Add bytes. Returns when they are stored, so a slow disk slows the caller down."""
        self._chunks.append(data)
        self._held += len(data)
        self.size += len(data)
        if self._held > self._memory if self._file is None else self._held >= _BATCH:
            await self._spill()

    async def complete(self) -> None:
        """Write what is left, if there is a file at all."""
        if self._file is not None and self._chunks:
            await self._spill()

    async def _spill(self) -> None:
        from asyncio import get_running_loop, shield

        chunks, self._chunks, self._held = self._chunks, [], 0
        if self._file is None:
            self._file = _TemporaryFile(self._directory)
        # Shielded: a thread cannot be stopped, so `close` has to know when it is done.
        self._writing = get_running_loop().run_in_executor(None, self._file.append, chunks)
        await shield(self._writing)

    async def read(self) -> bytes:
        """Return everything."""
        if self._file is None:
            return self._in_memory()
        return await in_thread(self._file.read_all)

    async def read_at(self, offset: int, size: int) -> bytes:
        """Return up to `size` bytes from an offset on; none after the end."""
        if self._file is None:
            return self._in_memory()[offset : offset + size]
        return await in_thread(partial(self._file.read_at, offset, size))

    async def move(self, path: str | os.PathLike[str]) -> None:
        """Make a file at that path of everything, by renaming the temporary one where possible."""
        file = self._file
        if file is None:
            await in_thread(partial(replace_file, path, [self._in_memory()]))
        else:
            await in_thread(partial(file.move, path))

    def _in_memory(self) -> bytes:
        if self._is_closed:
            raise ValueError("this upload was closed already")
        return b"".join(self._chunks)

    def close(self) -> None:
        """Drop everything and remove the temporary file, as soon as no thread writes to it."""
        self._chunks = []
        self._is_closed = True
        file, writing = self._file, self._writing
        if file is None:
            return
        if writing is None or writing.done():
            file.remove()
        else:
            writing.add_done_callback(lambda _: file.remove())


class _TemporaryFile:
    """A named temporary file that is removed with this object, at exit at the latest."""

    path: str | None = None

    def __init__(self, directory: str | os.PathLike[str] | None) -> None:
        self._directory = directory
        self._file: IO[bytes] | None = None
        self._remove: weakref.finalize[..., _TemporaryFile] | None = None

    def append(self, chunks: list[bytes]) -> None:
        file = self._open()
        file.writelines(chunks)
        file.flush()  # others may read it by its path

    def _open(self) -> IO[bytes]:
        if self._remove is not None and not self._remove.alive:
            raise ValueError("this upload was moved or closed already")
        if self._file is None:
            from tempfile import mkstemp

            descriptor, self.path = mkstemp(prefix="tornado-upload-", dir=self._directory)
            self._file = open(descriptor, "w+b")  # noqa: SIM115 - closed by _remove
            self._remove = weakref.finalize(self, _remove, self._file, self.path)
        return self._file

    def read_all(self) -> bytes:
        file = self._open()
        file.seek(0)
        return file.read()

    def read_at(self, offset: int, size: int) -> bytes:
        file = self._open()
        file.seek(offset)
        return file.read(size)

    def move(self, path: str | os.PathLike[str]) -> None:
        self._open()
        move_file(str(self.path), path)
        self.remove()

    def remove(self) -> None:
        self.path = None
        if self._remove is not None:
            self._remove()


def _remove(file: IO[bytes], path: str) -> None:
    try:
        with suppress(OSError):  # bytes that did not fit on the disk are still in its buffer
            file.close()
    finally:
        with suppress(FileNotFoundError):  # it was moved to its place
            os.unlink(path)


async def in_thread(operation: Callable[[], T]) -> T:
    """Run something that blocks in the loop's executor, and return its result."""
    from asyncio import get_running_loop

    return await get_running_loop().run_in_executor(None, operation)
