"""Caches of what was read from files: small contents, and hashes of contents.

An entry is used only while the file is unchanged: callers pass a fresh ``stat``.
A file that has just been written is not cached at all, because a second write within the same tick
of the file system's clock could not be noticed.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Generic, TypeVar

from tornado.httputil import format_timestamp

if TYPE_CHECKING:
    import os
    from datetime import datetime

    from tornado.httputil import HTTPHeaders

    from ._static_paths import FoundFile

T = TypeVar("T")

#: How many seconds ago a file must have changed to be cached.
_SETTLED = 2.0

#: Bytes of small files that are cached, for all static files of the process together.
_CACHED_BYTES = 32 << 20

#: What an entry needs beside its content, in bytes.
_OVERHEAD = 1000


def signature(status: os.stat_result) -> tuple[int, ...]:
    """Return what changes when a file changes."""
    return (
        status.st_mtime_ns,
        status.st_ctime_ns,
        status.st_size,
        status.st_ino,
        status.st_dev,
    )


def is_settled(status: os.stat_result) -> bool:
    """Tell whether a file has been unchanged for long enough to be cached."""
    return time.time() - max(status.st_mtime, status.st_ctime) > _SETTLED


class FileCache(Generic[T]):
    """A bounded cache with one entry for each file; the oldest entry is dropped first.

    :param limit: the most that all entries together may weigh.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.weight = 0
        self._entries: dict[object, tuple[tuple[int, ...], T, int]] = {}

    def get(self, found: FoundFile, owner: object = None) -> T | None:
        """Return the entry of a file in its present state.

        :param owner: who has an entry of its own for the file.
        """
        key = found.path if owner is None else (owner, found.path)
        entry = self._entries.get(key)
        if entry is None:
            return None
        if entry[0] != found.signature:
            self._remove(key)
            return None
        return entry[1]

    def put(self, found: FoundFile, value: T, weight: int = 1, owner: object = None) -> None:
        """Store the entry of a file, provided that a later change of the file can be noticed."""
        if weight > self.limit or not is_settled(found.stat):
            return
        key = found.path if owner is None else (owner, found.path)
        self._remove(key)
        self._entries[key] = (found.signature, value, weight)
        self.weight += weight
        while self.weight > self.limit:
            self._remove(next(iter(self._entries)))

    def _remove(self, key: object) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self.weight -= entry[2]

    def clear(self) -> None:
        """Drop all entries."""
        self._entries.clear()
        self.weight = 0

    def __len__(self) -> int:
        return len(self._entries)


class CachedFile:
    """The content of a small file, with everything that is sent about it."""

    __slots__ = ("_fields", "content", "content_type", "etag", "modified")

    def __init__(
        self, content: bytes, etag: str | None, modified: datetime, content_type: str
    ) -> None:
        self.content = content
        self.etag = etag
        self.modified = modified
        self.content_type = content_type
        self._fields = [
            ("Accept-Ranges", "bytes"),
            ("Last-Modified", format_timestamp(modified)),
            ("Content-Type", content_type),
        ]
        if etag is not None:
            self._fields.append(("Etag", etag))

    def describe(self, headers: HTTPHeaders) -> None:
        """Set the fields of a response that describe its body."""
        for name, value in self._fields:
            headers[name] = value


class SmallFiles:
    """The cached contents of small files, for handler classes that override nothing about files."""

    #: Whether :meth:`put` stores anything.
    is_used = True

    def __init__(self) -> None:
        self._cache: FileCache[CachedFile] = FileCache(_CACHED_BYTES)
        self.get = self._cache.get
        self.clear = self._cache.clear

    def put(self, found: FoundFile, file: CachedFile) -> None:
        """Store a file."""
        self._cache.put(found, file, len(file.content) + _OVERHEAD)


class NoSmallFiles(SmallFiles):
    """No cache, for handler classes that override something about files."""

    is_used = False

    def put(self, found: FoundFile, file: CachedFile) -> None:
        """Store nothing."""


SMALL_FILES = SmallFiles()
NO_SMALL_FILES = NoSmallFiles()
