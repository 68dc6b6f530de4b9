"""Static files: what is in a directory, with everything that browsers and proxies ask for."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import IO, TYPE_CHECKING, Any, ClassVar

from tornado.log import gen_log

from .._errors import HTTPError
from .._handler import RequestHandler
from .._input._accept_encoding import preferred_coding
from .._output._header_fields import checked_value
from .._output._locations import same_origin
from .._running._tasks import COMPLETED
from ._byte_ranges import Slice
from ._file_memory import FileMemory
from ._file_sending import (
    SENT_AT_ONCE,
    is_unmodified,
    read_slice,
    requested_part,
    send_pieces,
    send_slice,
    set_validators,
    utc_second,
)
from ._media_types import forget, media_type
from ._small_files import RememberedFile
from ._static_paths import FoundFile, check_end, find, join, open_regular
from ._static_versions import HASHED_AT_ONCE, Versions, content_hash

if TYPE_CHECKING:
    from collections.abc import Awaitable

_PIECE = 1 << 16

#: Bytes of small files that are remembered, for all static files of the process together.
_MEMORY = 32 << 20

#: Content codings with the extension that a file's compressed twin has, in our order.
_TWINS = {"br": ".br", "zstd": ".zst", "gzip": ".gz"}

_small_files: FileMemory[RememberedFile] = FileMemory(_MEMORY)
_versions = Versions()


def _is_plain(method: Any, function: Any) -> bool:
    """Tell whether a class method is the one of this room."""
    return getattr(method, "__func__", None) is function


_NO_VERSION = "Could not open static file %r, so its URL has no version: %s"


class StaticFileHandler(RequestHandler):
    r"""Serve the files of a directory.

    The setting ``static_path`` is enough for most sites. For other directories::

        (r"/content/(.*)", StaticFileHandler, {"path": "/var/www"})

    The path of the file is the one group of the pattern. Conditional and range requests are
    answered. A URL with a version (``?v=...``, as :meth:`RequestHandler.static_url` makes it) may
    be kept by browsers for ten years. Small files are kept in memory and compared with the file
    system for each request; large ones are sent by the kernel.

    With the setting ``static_precompressed`` a file ``app.js`` may have twins ``app.js.br``,
    ``app.js.zst`` and ``app.js.gz``, which are sent to clients that take them. A twin that is older
    than its file is not used.

    Links are followed within the directory only, and where `allowed_symlink_directory` leads.

    Subclasses may override the methods that are documented here, the others are private. To serve
    something else than files (a database, an archive), override :meth:`get_content`,
    :meth:`get_content_size`, :meth:`get_modified_time`, :meth:`get_absolute_path` and
    :meth:`validate_absolute_path`.

    :param path: the directory.
    :param default_filename: what is served for a directory, such as ``index.html``.
    :param allowed_symlink_directory: a directory, or a list of them, that links may lead to.
    """

    #: Seconds for which a URL with a version may be kept.
    CACHE_MAX_AGE = 86400 * 365 * 10
    #: Files above this size, in bytes, have no version: hashing them would take too long.
    MAX_VERSION_CONTENT_SIZE = 64 << 20
    #: How many versions are remembered.
    MAX_CACHED_VERSIONS = 10000
    #: Where links out of the directory may lead: a directory, a list of them, or ``None``.
    allowed_symlink_directory: str | list[str] | tuple[str, ...] | None = None

    # Nothing here needs them: Jupyter and livereload keep the tables of their subclasses so.
    _lock = Lock()
    _static_hashes: ClassVar[dict[str, Any]] = {}

    absolute_path: str | None = None
    path: str = ""
    modified: datetime | None = None
    _found: FoundFile | None = None
    _top = ""
    _etag: str | None = None
    _known: RememberedFile | None = None

    def initialize(
        self,
        path: str,
        default_filename: str | None = None,
        allowed_symlink_directory: str | list[str] | tuple[str, ...] | None = None,
    ) -> None:
        self.root = path
        self.default_filename = default_filename
        if allowed_symlink_directory is not None:
            self.allowed_symlink_directory = allowed_symlink_directory

    @classmethod
    def reset(cls) -> None:
        """Forget all versions and contents."""
        _versions.clear()
        _small_files.clear()
        forget()

    # The methods of HTTP.

    def head(self, path: str) -> Awaitable[None]:
        return self.get(path, include_body=False)

    def get(self, path: str, include_body: bool = True) -> Awaitable[None]:
        self.path = self.parse_url_path(path)
        del path
        absolute_path = self.get_absolute_path(self.root, self.path)
        self.absolute_path = self.validate_absolute_path(self.root, absolute_path)
        if self.absolute_path is None:
            return COMPLETED
        if self._found is not None and self._found.path != self.absolute_path:
            self._found = None  # a subclass has chosen another file
        if self.application.settings.get("static_precompressed"):
            self._choose_twin()
        self._known = self._remembered()
        if self._known is None and self._hashes_long():
            return self._hash_and_answer(include_body)
        return self._answer(include_body)

    async def _hash_and_answer(self, include_body: bool) -> None:
        found = self._found or self._served()
        version = await _versions.in_thread(found, self.get_content_version)
        if version is not None:
            self._etag = f'"{version}"'
            _versions.put(found, version, self.MAX_CACHED_VERSIONS)
        await self._answer(include_body)

    def _answer(self, include_body: bool) -> Awaitable[None]:
        known = self._known
        self.modified = self.get_modified_time() if known is None else known.modified
        self.set_headers()
        self._adds_etag = False  # set_headers() has the last word
        if self.should_return_304():
            self.set_status(304)
            return COMPLETED
        if known is not None and include_body and "Range" not in self.request.headers:
            # Past write(), which has to find out first what it was given.
            self._write_buffer.append(known.content)
            return COMPLETED
        size = self.get_content_size()
        part = requested_part(self, size, self.modified)
        if part is None:
            return COMPLETED
        if not include_body:
            self.set_header("Content-Length", part.end - part.start)
            return COMPLETED
        if self._has_own_content():
            return self._send_content(part, size)
        return self._send_file_part(part)

    def _remembered(self) -> RememberedFile | None:
        """Give what is known about a small file; nothing where a subclass has a say in it."""
        found = self._found
        if found is None or found.size > SENT_AT_ONCE or found.path != self.absolute_path:
            return None
        known = _small_files.get(found)
        if known is None or not self._describes_files():
            return None
        self._etag = known.etag
        return known

    def _describes_files(self) -> bool:
        """Tell whether this class says about files what its base says."""
        cls = type(self)
        return (
            cls.compute_etag is _own_compute_etag
            and cls.get_modified_time is _own_get_modified_time
            and cls.get_content_type is _own_get_content_type
            and cls.get_content_size is _own_get_content_size
            and getattr(cls.get_content, "__func__", None) is _get_content
            and getattr(cls.get_content_version, "__func__", None) is _get_content_version
            and getattr(cls._get_cached_version, "__func__", None) is _get_cached_version
            and bool(self.application.settings.get("static_hash_cache", True))
        )

    # From the URL to the file.

    def parse_url_path(self, url_path: str) -> str:
        """Turn the path of a URL into one of the file system; for subclasses.

        :param url_path: the group of the pattern, with slashes.
        """
        return url_path if os.sep == "/" else url_path.replace("/", os.sep)

    @classmethod
    def get_absolute_path(cls, root: str, path: str) -> str:
        """Give the absolute path of a file; for subclasses, which may return what they like.

        :param root: the handler's `path` argument.
        :raises HTTPError: 403 if it is not below the root.
        """
        return join(root, path)

    def validate_absolute_path(self, root: str, absolute_path: str) -> str | None:
        """Check a path, and give the one to be served; for subclasses.

        :return: ``None`` if the request was answered here, by a redirect.
        :raises HTTPError: 404 if there is no such file, 403 if it may not be served.
        """
        allowed = _as_list(self.allowed_symlink_directory)
        found = find(root, absolute_path, self.path, allowed)
        check_end(found, absolute_path, self.path)
        if found.is_directory and self.default_filename is not None:
            if not self.request.path.endswith("/"):
                self._redirect_to_directory()
                return None
            found = find(root, join(absolute_path, self.default_filename), self.path, allowed)
        if not found.is_regular:
            raise HTTPError(403, "%s is not a file", self.path)
        self._found, self._top = found, root
        return found.path

    def _redirect_to_directory(self) -> None:
        location = self.request.path + "/"
        if not same_origin("/", location):
            raise HTTPError(403, "cannot redirect path with two initial slashes: %s", location)
        self.redirect(location, permanent=True)

    def _served(self) -> FoundFile:
        """Give the file that is sent, where a subclass did not let it be found."""
        path = self.absolute_path or ""
        try:
            found = self._found = FoundFile(path, os.stat(path))
        except (OSError, ValueError) as error:
            raise HTTPError(404) from error
        return found

    def _choose_twin(self) -> None:
        """Find the compressed twin that the client wants most."""
        found = self._found
        if found is None:
            return
        allowed = _as_list(self.allowed_symlink_directory)
        twins = {}
        for coding, extension in _TWINS.items():
            try:
                twin = find(self._top, found.path + extension, self.path, allowed)
            except HTTPError:
                continue  # none, or it leads out
            if twin.is_regular and twin.stat.st_mtime_ns >= found.stat.st_mtime_ns:
                twins[coding] = twin
        if not twins:
            return
        self.add_header("Vary", "Accept-Encoding")
        chosen = preferred_coding(self.request.headers.get("Accept-Encoding"), twins)
        if chosen is not None and not self._has_own_content():
            self._found = twins[chosen]
            self.set_header("Content-Encoding", chosen)

    # The content.

    def _has_own_content(self) -> bool:
        """Tell whether a subclass gives contents by itself."""
        return not (
            _is_plain(self.get_content, _get_content)
            and type(self).get_content_size is _own_get_content_size
        )

    def _send_file_part(self, part: Slice) -> Awaitable[None]:
        found = self._found or self._served()
        if found.size > SENT_AT_ONCE:
            return self._send_opened(found, part)
        self.write(self._read_small(found)[part.start : part.end])
        return COMPLETED

    def _read_small(self, found: FoundFile) -> bytes:
        descriptor = open_regular(found.path)
        try:
            content = read_slice(descriptor, Slice(0, found.size))
        finally:
            os.close(descriptor)
        if found.path == self.absolute_path and self._describes_files():
            known = RememberedFile(
                content,
                self.compute_etag(),
                utc_second(int(found.stat.st_mtime)),
                self.get_content_type(),
            )
            _small_files.put(found, known, len(content) + 1000)
        return content

    def _send_opened(self, found: FoundFile, part: Slice) -> Awaitable[None]:
        file = os.fdopen(open_regular(found.path), "rb", buffering=0)
        waiting: Awaitable[None] = COMPLETED
        try:
            waiting = send_slice(self, file, part)
        finally:
            if waiting is COMPLETED:
                file.close()
        return COMPLETED if waiting is COMPLETED else _close_behind(waiting, file)

    async def _send_content(self, part: Slice, size: int) -> None:
        bounds = (None, None) if part == (0, size) else part
        content = self.get_content(self.absolute_path or "", *bounds)
        self.set_header("Content-Length", part.end - part.start)
        if isinstance(content, bytes):
            self.write(content)
        else:
            await send_pieces(self, content)

    @classmethod
    def get_content(cls, abspath: str, start: int | None = None, end: int | None = None) -> Any:
        """Give the content of a file, or a part of it; for subclasses.

        An override may return bytes, or give them piece by piece. Every piece is sent before the
        next one is asked for.

        :param start: the first byte; ``end`` the one behind the last.
        """
        with os.fdopen(open_regular(abspath), "rb", buffering=0) as file:
            if start:
                file.seek(start)
            left = None if end is None else end - (start or 0)
            while left is None or left > 0:
                piece = file.read(_PIECE if left is None else min(_PIECE, left))
                if not piece:
                    return
                if left is not None:
                    left -= len(piece)
                yield piece

    def get_content_size(self) -> int:
        """Give the size of the content, in bytes; for subclasses."""
        return (self._found or self._served()).size

    def get_content_type(self) -> str:
        """Give the value for ``Content-Type``; for subclasses."""
        return media_type(self.absolute_path or "")

    def get_modified_time(self) -> datetime | None:
        """Give the time of the last change, in UTC and whole seconds; for subclasses."""
        return utc_second(int((self._found or self._served()).stat.st_mtime))

    # The header fields.

    def set_headers(self) -> None:
        """Set the header fields that describe the content."""
        known = self._known
        if known is None:
            self.set_etag_header()
            set_validators(self, None, self.modified)
            content_type = self.get_content_type()
            if content_type:
                self._headers["Content-Type"] = checked_value(content_type)
        else:
            content_type = known.content_type
            known.describe(self._headers)
        cache_time = self.get_cache_time(self.path, self.modified, content_type)
        if cache_time > 0:
            self.set_header("Expires", datetime.now(UTC) + timedelta(seconds=cache_time))
            self.set_header("Cache-Control", f"max-age={cache_time}")
        self.set_extra_headers(self.path)

    def set_extra_headers(self, path: str) -> None:
        """Set further header fields; for subclasses."""

    def get_cache_time(self, path: str, modified: datetime | None, mime_type: str) -> int:
        """Say for how long the answer may be kept, in seconds; for subclasses.

        Ten years for a URL with a version, no statement for others.
        """
        request = self.request
        return self.CACHE_MAX_AGE if "?" in request.uri and "v" in request.query_arguments else 0

    def should_return_304(self) -> bool:
        """Tell whether the client has this version already."""
        return is_unmodified(self, self.modified)

    def compute_etag(self) -> str | None:
        """Give the validator: the version of the content in quotes, ``None`` without one."""
        if self._etag is None:
            version = self._get_version_of(self.absolute_path or "", self._found)
            self._etag = f'"{version}"' if version else None
        return self._etag

    # Versions.

    def _hashes_long(self) -> bool:
        """Tell whether the version must be made in a thread first."""
        found = self._found
        return (
            found is not None
            and HASHED_AT_ONCE < found.size <= self.MAX_VERSION_CONTENT_SIZE
            and not self._has_own_content()
            and self._has_own_versions()
            and _versions.get(found) is None
        )

    @classmethod
    def _has_own_versions(cls) -> bool:
        return _is_plain(cls.get_content_version, _get_content_version) and _is_plain(
            cls._get_cached_version, _get_cached_version
        )

    def _get_version_of(self, path: str, found: FoundFile | None) -> str | None:
        if found is None or not self._has_own_versions():
            return self._get_cached_version(path)
        return self._version(found, bool(self.application.settings.get("static_hash_cache", True)))

    @classmethod
    def _version(cls, found: FoundFile, may_remember: bool = True) -> str | None:
        """Give the version of a file, ``None`` for what has none: devices, FIFOs, giants."""
        if not found.is_regular:
            gen_log.error(_NO_VERSION, found.path, "it is not a file")
            return None
        if found.size > cls.MAX_VERSION_CONTENT_SIZE:
            limit = cls.MAX_VERSION_CONTENT_SIZE
            gen_log.error(_NO_VERSION, found.path, f"it is larger than {limit} bytes")
            return None
        owner = None if _is_plain(cls.get_content, _get_content) else cls
        if not _is_plain(cls.get_content_version, _get_content_version):
            owner = cls
        version = _versions.get(found, owner) if may_remember else None
        if version is None:
            try:
                version = cls.get_content_version(found.path)
            except (OSError, HTTPError) as error:
                gen_log.error(_NO_VERSION, found.path, error)
                return None
            _versions.put(found, version, cls.MAX_CACHED_VERSIONS, owner)
        return version

    @classmethod
    def _get_cached_version(cls, abspath: str) -> str | None:
        """Give the version of a file; the name is known to programs that reload pages."""
        try:
            found = FoundFile(abspath, os.stat(abspath))
        except (OSError, ValueError):
            try:  # a subclass may have contents that are no files
                return cls.get_content_version(abspath)
            except (OSError, ValueError, HTTPError) as error:
                gen_log.error(_NO_VERSION, abspath, error)
                return None
        return cls._version(found)

    @classmethod
    def get_content_version(cls, abspath: str) -> str:
        """Make the version of a content: a hash of it; for subclasses."""
        return content_hash(cls.get_content(abspath))

    @classmethod
    def get_version(cls, settings: dict[str, Any], path: str) -> str | None:
        """Give the version for the URL of a file; for subclasses.

        :param settings: the application's; the file is below its ``static_path``.
        :return: ``None`` if there is no such file.
        :raises HTTPError: 403 if it is not below.
        """
        root = settings["static_path"]
        abspath = cls.get_absolute_path(root, path)
        if not cls._has_own_versions() or not isinstance(root, str | os.PathLike):
            return cls._get_cached_version(abspath)  # a subclass knows what its root is
        arguments = settings.get("static_handler_args", {})
        allowed = arguments.get("allowed_symlink_directory", cls.allowed_symlink_directory)
        try:
            found = find(root, abspath, path, _as_list(allowed))
        except HTTPError as error:
            if error.status_code == 403:
                raise
            gen_log.error(_NO_VERSION, abspath, error)
            return None
        return cls._version(found, bool(settings.get("static_hash_cache", True)))

    @classmethod
    def make_static_url(
        cls, settings: dict[str, Any], path: str, include_version: bool = True
    ) -> str:
        """Make the URL of a static file; for subclasses.

        :param path: below ``static_path``, with slashes.
        :param include_version: add the version, if the file has one.
        :raises HTTPError: 403 if the path leads out of the directory.
        """
        url = settings.get("static_url_prefix", "/static/") + path
        version = cls.get_version(settings, path) if include_version else None
        return f"{url}?v={version}" if version else str(url)


# What a subclass may have put something else in the place of.
_own_compute_etag = StaticFileHandler.compute_etag
_own_get_modified_time = StaticFileHandler.get_modified_time
_own_get_content_type = StaticFileHandler.get_content_type
_own_get_content_size = StaticFileHandler.get_content_size
_get_content = StaticFileHandler.__dict__["get_content"].__func__
_get_content_version = StaticFileHandler.__dict__["get_content_version"].__func__
_get_cached_version = StaticFileHandler.__dict__["_get_cached_version"].__func__


async def _close_behind(waiting: Awaitable[None], file: IO[bytes]) -> None:
    with file:
        await waiting


def _as_list(directories: str | list[str] | tuple[str, ...] | None) -> tuple[str, ...]:
    if not directories:
        return ()
    if isinstance(directories, str | os.PathLike):
        return (os.fspath(directories),)
    return tuple(directories)
