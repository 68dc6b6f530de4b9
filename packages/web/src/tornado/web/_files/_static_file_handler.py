"""The handler of static files: what is in a directory, for browsers and proxies."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from inspect import getattr_static
from typing import TYPE_CHECKING, Any, ClassVar

from .._errors import HTTPError
from .._handler import RequestHandler
from .._input._accept_encoding import preferred_coding
from .._output._header_fields import checked_value
from .._output._locations import same_origin
from .._running._tasks import COMPLETED
from ._byte_ranges import UNMODIFIED, Plan, Slice, plan_part
from ._file_cache import NO_SMALL_FILES, SMALL_FILES, CachedFile, SmallFiles
from ._file_sending import SENT_AT_ONCE, announce, is_unmodified, set_validators, utc_second
from ._file_versions import VERSIONS, FileVersions
from ._media_types import media_type, reset_media_types
from ._precompressed import find_precompressed
from ._static_content import StaticContent, as_tuple
from ._static_paths import FoundFile, check_end, find, join
from ._static_sending import send_found, send_own_content

if TYPE_CHECKING:
    from collections.abc import Awaitable


class StaticFileHandler(StaticContent, RequestHandler):
    r"""A handler that serves the files of a directory.

    The setting ``static_path`` is enough for most sites. For other directories::

        (r"/content/(.*)", StaticFileHandler, {"path": "/var/www"})

    The path of the file is the one group of the pattern. Conditional and range requests are
    answered. A URL with a version (``?v=...``, as :meth:`RequestHandler.static_url` makes it) may
    be kept by browsers for ten years. Small files are kept in memory and compared with the file
    system for each request; large ones are sent by the kernel.

    With the setting ``static_precompressed``, files ``app.js.br``, ``app.js.zst`` and
    ``app.js.gz`` are sent instead of ``app.js`` to clients that accept them, unless they are older.

    Links are followed only within the directory, and to `allowed_symlink_directory`.

    Subclasses may override the methods that are documented here, the others are private. To serve
    something other than files (a database, an archive), override :meth:`get_content`,
    :meth:`get_content_size`, :meth:`get_modified_time`, :meth:`get_absolute_path` and
    :meth:`validate_absolute_path`. What a class overrides is looked at once, when it is made.

    :param path: the directory.
    :param default_filename: what is served for a directory, such as ``index.html``.
    :param allowed_symlink_directory: a directory, or a list of them, that links may lead to.
    """

    #: Seconds for which a URL with a version may be kept.
    CACHE_MAX_AGE = 86400 * 365 * 10
    #: Where links out of the directory may lead: a directory, a list of them, or ``None``.
    allowed_symlink_directory: str | list[str] | tuple[str, ...] | None = None

    # Chosen for each class by what it overrides.
    _small_files: ClassVar[SmallFiles] = SMALL_FILES
    _has_own_content: ClassVar[bool] = False

    absolute_path: str | None = None
    path: str = ""
    modified: datetime | None = None
    _found: FoundFile | None = None
    _found_below = ""
    _etag: str | None = None
    _cached: CachedFile | None = None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls._choose_collaborators()

    @classmethod
    def _choose_collaborators(cls) -> None:
        """Choose what keeps versions and contents, by what this class overrides."""
        has_own_content = _overrides(cls, "get_content")
        makes_versions = _overrides(cls, "get_content_version")
        finds_versions = makes_versions or _overrides(cls, "_get_cached_version")
        cls._file_versions = FileVersions(
            cls, is_own=finds_versions, is_shared=not (has_own_content or makes_versions)
        )
        cls._has_own_content = has_own_content or _overrides(cls, "get_content_size")
        describes_files = _overrides(cls, "compute_etag", "get_modified_time", "get_content_type")
        is_plain = not (cls._has_own_content or finds_versions or describes_files)
        cls._small_files = SMALL_FILES if is_plain else NO_SMALL_FILES

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
        """Drop all cached versions and contents."""
        VERSIONS.clear()
        SMALL_FILES.clear()
        reset_media_types()

    # The methods of HTTP

    def head(self, path: str) -> Awaitable[None]:
        return self.get(path, include_body=False)

    def get(self, path: str, include_body: bool = True) -> Awaitable[None]:
        if not self._locate(path):
            return COMPLETED
        found = self._found
        self._cached = self._find_cached(found)
        if (
            self._cached is None
            and found is not None
            and not self._has_own_content
            and self._file_versions.is_slow(found)
        ):
            return self._respond_after_hash(found, include_body)
        return self._respond(include_body)

    def _locate(self, url_path: str) -> bool:
        """Find the file of a URL; false if the request was answered on the way."""
        root, name = self.root, self.parse_url_path(url_path)
        self.path = name
        chosen = self.validate_absolute_path(root, self.get_absolute_path(root, name))
        self.absolute_path = chosen
        if chosen is None:
            return False
        if self._found is not None and self._found.path != chosen:
            self._found = None  # a subclass has chosen another file
        if self.application.settings.get("static_precompressed"):
            self._choose_precompressed()
        return True

    def _find_cached(self, found: FoundFile | None) -> CachedFile | None:
        if found is None or found.size > SENT_AT_ONCE:
            return None
        cached = self._small_files.get(found)
        if cached is None or not self._may_cache(found):
            return None
        self._etag = cached.etag
        return cached

    def _may_cache(self, found: FoundFile) -> bool:
        """Tell whether the content of a file may be kept in memory."""
        return (
            self._small_files.is_used
            and found.path == self.absolute_path
            and bool(self.application.settings.get("static_hash_cache", True))
        )

    async def _respond_after_hash(self, found: FoundFile, include_body: bool) -> None:
        version = await self._file_versions.find_in_thread(found)
        if version is not None:
            self._etag = f'"{version}"'
        await self._respond(include_body)

    def _respond(self, include_body: bool) -> Awaitable[None]:
        cached = self._cached
        self.modified = self.get_modified_time() if cached is None else cached.modified
        self.set_headers()
        self._adds_etag = False  # set_headers() has the last word
        plan = self._plan()
        announce(self, plan)
        part = plan.part
        if part is None:
            return COMPLETED
        if not include_body:
            self.set_header("Content-Length", part.end - part.start)
        elif cached is not None:
            # Not by write(), which would have to look at its type first.
            self._write_buffer.append(cached.content[part.start : part.end])
        elif self._has_own_content:
            return send_own_content(self, plan, part)
        else:
            return send_found(self, self._served_file(), part)
        return COMPLETED

    def _plan(self) -> Plan:
        """Decide what is sent."""
        if self.should_return_304():
            return UNMODIFIED
        request, cached = self.request, self._cached
        size = self.get_content_size() if cached is None else len(cached.content)
        if "Range" not in request.headers:
            return Plan(200, Slice(0, size), size)
        etag = self._headers.get("Etag")
        return plan_part(request.method or "", request.headers, size, etag, self.modified)

    # From the URL to the file

    def parse_url_path(self, url_path: str) -> str:
        """Return the path of a URL as one of the file system. Override to map it.

        :param url_path: the group of the pattern, with slashes.
        """
        return url_path if os.sep == "/" else url_path.replace("/", os.sep)

    def validate_absolute_path(self, root: str, absolute_path: str) -> str | None:
        """Check a path, and return the one that is served. Override to check other things.

        :returns: ``None`` if the request was answered here, by a redirect.
        :raises HTTPError: 404 if there is no such file, 403 if it may not be served.
        """
        allowed = as_tuple(self.allowed_symlink_directory)
        found = find(root, absolute_path, self.path, allowed)
        check_end(found, absolute_path, self.path)
        if found.is_directory and self.default_filename is not None:
            if not self.request.path.endswith("/"):
                self._redirect_to_directory()
                return None
            found = find(root, join(absolute_path, self.default_filename), self.path, allowed)
        if not found.is_regular:
            raise HTTPError(403, "%s is not a file", self.path)
        self._found, self._found_below = found, root
        return found.path

    def _redirect_to_directory(self) -> None:
        location = self.request.path + "/"
        if not same_origin("/", location):
            raise HTTPError(403, "cannot redirect path with two initial slashes: %s", location)
        self.redirect(location, permanent=True)

    def _served_file(self) -> FoundFile:
        """Return the file that is sent; find it now if a subclass has chosen the path."""
        if self._found is None:
            path = self.absolute_path or ""
            try:
                self._found = FoundFile(path, os.stat(path))
            except (OSError, ValueError) as error:
                raise HTTPError(404) from error
        return self._found

    def _choose_precompressed(self) -> None:
        """Send a compressed file instead, the one that the client prefers."""
        found = self._found
        if found is None:
            return
        allowed = as_tuple(self.allowed_symlink_directory)
        files = find_precompressed(self._found_below, found, self.path, allowed)
        if not files:
            return
        self.add_header("Vary", "Accept-Encoding")
        coding = preferred_coding(self.request.headers.get("Accept-Encoding"), files)
        if coding is not None and not self._has_own_content:
            self._found = files[coding]
            self.set_header("Content-Encoding", coding)

    # The content

    def get_content_size(self) -> int:
        """Return the size of the content in bytes. Override along with :meth:`get_content`."""
        return self._served_file().size

    def get_content_type(self) -> str:
        """Return the value for ``Content-Type``. Override to choose it."""
        return media_type(self.absolute_path or "")

    def get_modified_time(self) -> datetime | None:
        """Return the time of the last change, in UTC and whole seconds. Override to choose it."""
        return utc_second(int(self._served_file().stat.st_mtime))

    # The header fields

    def set_headers(self) -> None:
        """Set the header fields that describe the content."""
        cached = self._cached
        if cached is None:
            self.set_etag_header()
            set_validators(self, None, self.modified)
            content_type = self.get_content_type()
            if content_type:
                self._headers["Content-Type"] = checked_value(content_type)
        else:
            content_type = cached.content_type
            cached.describe(self._headers)
        cache_time = self.get_cache_time(self.path, self.modified, content_type)
        if cache_time > 0:
            self.set_header("Expires", datetime.now(UTC) + timedelta(seconds=cache_time))
            self.set_header("Cache-Control", f"max-age={cache_time}")
        self.set_extra_headers(self.path)

    def set_extra_headers(self, path: str) -> None:
        """Called after the header fields were set. Override to set further ones."""

    def get_cache_time(self, path: str, modified: datetime | None, mime_type: str) -> int:
        """Return for how many seconds the answer may be kept. Override to choose it.

        It is ten years for a URL with a version, and 0, which makes no statement, for others.
        """
        request = self.request
        return self.CACHE_MAX_AGE if "?" in request.uri and "v" in request.query_arguments else 0

    def should_return_304(self) -> bool:
        """Tell whether the client already has this version."""
        return is_unmodified(self, self.modified)

    def compute_etag(self) -> str | None:
        """Return the validator: the version of the content in quotes, ``None`` without one."""
        if self._etag is None:
            found, versions = self._found, self._file_versions
            if found is None or versions.is_own:
                version = self._get_cached_version(self.absolute_path or "")
            else:
                may_cache = bool(self.application.settings.get("static_hash_cache", True))
                version = versions.find(found, may_cache)
            self._etag = f'"{version}"' if version else None
        return self._etag


def _overrides(cls: type, *names: str) -> bool:
    """Tell whether a subclass overrides one of some methods of static file handlers."""
    return any(
        getattr_static(cls, name) is not getattr_static(StaticFileHandler, name) for name in names
    )


StaticFileHandler._choose_collaborators()
