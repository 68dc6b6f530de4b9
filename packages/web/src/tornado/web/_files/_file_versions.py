"""The versions of static files: hashes of their contents."""

from __future__ import annotations

import asyncio
import hashlib
import os
from typing import TYPE_CHECKING

from tornado.log import gen_log

from .._errors import HTTPError
from ._file_cache import FileCache
from ._static_paths import FoundFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ._static_content import StaticContent

#: Contents up to this size, in bytes, are hashed on the loop: that takes about a millisecond.
HASHED_AT_ONCE = 1 << 20

_NO_VERSION = "Could not open static file %r, so its URL has no version: %s"


def content_hash(content: bytes | Iterable[bytes]) -> str:
    """Return the SHA-512 hash of a content, whole or in chunks, in hexadecimal digits."""
    hashed = hashlib.sha512()
    if isinstance(content, bytes):
        hashed.update(content)
    else:
        for chunk in content:
            hashed.update(chunk)
    return hashed.hexdigest()


class VersionCache:
    """The cached versions of files, for all classes of handlers."""

    def __init__(self) -> None:
        self._cache: FileCache[str] = FileCache(1)
        self._pending: dict[tuple[object, ...], asyncio.Future[str | None]] = {}
        self.get = self._cache.get
        self.clear = self._cache.clear

    def put(self, found: FoundFile, version: str, most: int, owner: object = None) -> None:
        """Store a version; at most `most` of them are kept."""
        self._cache.limit = most
        self._cache.put(found, version, owner=owner)

    def make_in_thread(
        self, found: FoundFile, make: Callable[[str], str | None]
    ) -> asyncio.Future[str | None]:
        """Make a version in a thread, once for all requests that wait for it.

        :returns: a future; cancelling it does not affect the others.
        """
        key = (found.path, found.signature)
        future = self._pending.get(key)
        if future is None or future.get_loop() is not asyncio.get_running_loop():
            future = asyncio.get_running_loop().run_in_executor(None, make, found.path)
            self._pending[key] = future
            future.add_done_callback(lambda _: self._pending.pop(key, None))
        return asyncio.shield(future)

    def __len__(self) -> int:
        return len(self._cache)


VERSIONS = VersionCache()


class FileVersions:
    """The versions of files, as one class of handlers makes them.

    :param handler_class: its ``get_content_version`` makes a version.
    :param is_own: the class overrides how a version is found or made.
    :param is_shared: its versions are those of the other classes, and so is their cache.
    """

    def __init__(
        self, handler_class: type[StaticContent], *, is_own: bool, is_shared: bool
    ) -> None:
        self._handler_class = handler_class
        self._owner = None if is_shared else handler_class
        self.is_own = is_own

    def find(self, found: FoundFile, may_cache: bool = True) -> str | None:
        """Return the version of a file; ``None`` for devices, FIFOs and very large files.

        :param may_cache: use the cache, the setting ``static_hash_cache``.
        """
        cls = self._handler_class
        if not found.is_regular:
            gen_log.error(_NO_VERSION, found.path, "it is not a file")
            return None
        limit = cls.MAX_VERSION_CONTENT_SIZE
        if found.size > limit:
            gen_log.error(_NO_VERSION, found.path, f"it is larger than {limit} bytes")
            return None
        version = VERSIONS.get(found, self._owner) if may_cache else None
        if version is None:
            try:
                version = cls.get_content_version(found.path)
            except (OSError, HTTPError) as error:
                gen_log.error(_NO_VERSION, found.path, error)
                return None
            VERSIONS.put(found, version, cls.MAX_CACHED_VERSIONS, self._owner)
        return version

    def find_by_path(self, abspath: str) -> str | None:
        """Return the version of the content at a path, which need not be a file's."""
        try:
            found = FoundFile(abspath, os.stat(abspath))
        except (OSError, ValueError):
            try:  # a subclass may have contents that are not files
                return self._handler_class.get_content_version(abspath)
            except (OSError, ValueError, HTTPError) as error:
                gen_log.error(_NO_VERSION, abspath, error)
                return None
        return self.find(found)

    def find_for_url(
        self, find: Callable[[], FoundFile], abspath: str, may_cache: bool
    ) -> str | None:
        """Return the version for the URL of a file, ``None`` if there is no such file.

        :param find: finds the file.
        :raises HTTPError: 403 if the file may not be served.
        """
        try:
            found = find()
        except HTTPError as error:
            if error.status_code == 403:
                raise
            gen_log.error(_NO_VERSION, abspath, error)
            return None
        return self.find(found, may_cache)

    def is_slow(self, found: FoundFile) -> bool:
        """Tell whether a version has to be made that takes too long to be made on the loop."""
        return (
            HASHED_AT_ONCE < found.size <= self._handler_class.MAX_VERSION_CONTENT_SIZE
            and self._owner is None
            and not self.is_own
            and VERSIONS.get(found) is None
        )

    async def find_in_thread(self, found: FoundFile) -> str | None:
        """Make the version of a large file in a thread, and store it."""
        cls = self._handler_class
        version = await VERSIONS.make_in_thread(found, cls.get_content_version)
        if version is not None:
            VERSIONS.put(found, version, cls.MAX_CACHED_VERSIONS)
        return version
