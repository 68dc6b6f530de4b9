"""What is served below a root: contents, their versions, and the URLs with these versions.

Nothing here needs a request: templates and command lines ask for URLs as well.
"""

from __future__ import annotations

import os
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, Any, ClassVar

from ._file_versions import content_hash
from ._static_paths import find, join, open_regular

if TYPE_CHECKING:
    from ._file_versions import FileVersions

_CHUNK = 1 << 16


class StaticContent:
    """The class methods of static file handlers: paths, contents, versions, URLs."""

    #: Files above this size, in bytes, have no version: to hash them would take too long.
    MAX_VERSION_CONTENT_SIZE = 64 << 20
    #: How many versions are kept in memory.
    MAX_CACHED_VERSIONS = 10000
    # Not used here: Jupyter and livereload keep the tables of their subclasses in them.
    _lock = Lock()
    _static_hashes: ClassVar[dict[str, Any]] = {}

    #: Chosen for each class by what it overrides.
    _file_versions: ClassVar[FileVersions]
    if TYPE_CHECKING:
        allowed_symlink_directory: str | list[str] | tuple[str, ...] | None

    @classmethod
    def get_absolute_path(cls, root: str, path: str) -> str:
        """Return the absolute path of a file. Override to return any other name for a content.

        :param root: the handler's `path` argument.
        :raises HTTPError: 403 if it is not below the root.
        """
        return join(root, path)

    @classmethod
    def get_content(cls, abspath: str, start: int | None = None, end: int | None = None) -> Any:
        """Return the content of a file, or a part of it. Override to serve other contents.

        An override returns bytes, or an iterable of bytes. Each chunk is sent before the next one
        is requested.

        :param start: the first byte; ``end`` is the one after the last.
        """
        with os.fdopen(open_regular(abspath), "rb", buffering=0) as file:
            if start:
                file.seek(start)
            left = None if end is None else end - (start or 0)
            while left is None or left > 0:
                chunk = file.read(_CHUNK if left is None else min(_CHUNK, left))
                if not chunk:
                    return
                if left is not None:
                    left -= len(chunk)
                yield chunk

    @classmethod
    def _get_cached_version(cls, abspath: str) -> str | None:
        """Return the version of a file; programs that reload pages override this."""
        return cls._file_versions.find_by_path(abspath)

    @classmethod
    def get_content_version(cls, abspath: str) -> str:
        """Make the version of a content: a hash of it. Override to make another one."""
        return content_hash(cls.get_content(abspath))

    @classmethod
    def get_version(cls, settings: dict[str, Any], path: str) -> str | None:
        """Return the version for the URL of a file. Override to choose it.

        :param settings: those of the application; the file is below their ``static_path``.
        :returns: ``None`` if there is no such file.
        :raises HTTPError: 403 if it is not below.
        """
        root = settings["static_path"]
        abspath = cls.get_absolute_path(root, path)
        if cls._file_versions.is_own or not isinstance(root, str | os.PathLike):
            return cls._get_cached_version(abspath)  # a subclass knows what its root is
        arguments = settings.get("static_handler_args", {})
        allowed = arguments.get("allowed_symlink_directory", cls.allowed_symlink_directory)
        may_cache = bool(settings.get("static_hash_cache", True))
        find_file = partial(find, root, abspath, path, as_tuple(allowed))
        return cls._file_versions.find_for_url(find_file, abspath, may_cache)

    @classmethod
    def make_static_url(
        cls, settings: dict[str, Any], path: str, include_version: bool = True
    ) -> str:
        """Return the URL of a static file. Override to build another one.

        :param path: below ``static_path``, with slashes.
        :param include_version: add the version, if the file has one.
        :raises HTTPError: 403 if the path leads out of the directory.
        """
        url = settings.get("static_url_prefix", "/static/") + path
        version = cls.get_version(settings, path) if include_version else None
        return f"{url}?v={version}" if version else str(url)


def as_tuple(directories: str | list[str] | tuple[str, ...] | None) -> tuple[str, ...]:
    if not directories:
        return ()
    if isinstance(directories, str | os.PathLike):
        return (os.fspath(directories),)
    return tuple(directories)
