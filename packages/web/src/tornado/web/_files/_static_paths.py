r"""From the path of a URL to a file below a root, and to no other file.

A request may contain anything: ``..``, absolute paths, NUL bytes, names that are devices for
Windows. So may the directory: symbolic links that lead out of it, FIFOs that block when they are
opened. Every part of a path is checked with ``lstat``; only a path that goes through a link is
resolved as a whole.
"""

from __future__ import annotations

import os
import re
import stat
from functools import lru_cache
from typing import TYPE_CHECKING

from .._errors import HTTPError
from ._file_cache import signature

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Paths that need no normalization: no leading dots, no empty parts, no special characters.
_is_plain = re.compile(
    r"[A-Za-z0-9_][A-Za-z0-9_.\-]*+(?:/[A-Za-z0-9_][A-Za-z0-9_.\-]*+)*"
).fullmatch

#: The bits of a mode that hold the kind of a file.
_KIND = 0o170000

#: Names of devices, with any extension and in any directory (Win32, "Naming Files").
_is_device = re.compile(
    r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9\u00b9\u00b2\u00b3]) *(?:[.:].*)?",
    re.IGNORECASE | re.DOTALL,
).fullmatch


def is_strange_to_windows(path: str) -> bool:
    """Tell whether Windows would open something other than the file of this name.

    That is so for alternate data streams and drives (``:``), for devices, and for names that end
    with a dot or a space, which it removes.
    """
    for part in re.split(r"[/\\]", path):
        if ":" in part or _is_device(part):
            return True
        if part.endswith((".", " ")) and part not in (".", ".."):
            return True
    return path.startswith(("//", "\\\\"))


@lru_cache(64)
def _absolute(root: str) -> str:
    return os.path.abspath(root)


def absolute_root(root: str | os.PathLike[str]) -> str:
    """Return a root as an absolute path; a relative one belongs to the current directory."""
    if not isinstance(root, str):
        root = os.fspath(root)
    return _absolute(root) if root[:1] == os.sep else os.path.abspath(root)


def is_below(root: str, path: str) -> bool:
    """Tell whether an absolute path is a root, or below it.

    ``/var/static2`` is not below ``/var/static``.
    """
    return path == root or path.startswith(root if root.endswith(os.sep) else root + os.sep)


def join(root: str | os.PathLike[str], path: str) -> str:
    """Return the absolute path of a file below a root.

    :raises HTTPError: 403 if it is not below.
    """
    if os.name == "nt" and is_strange_to_windows(path):
        raise HTTPError(
            403,
            "%s is not in root static directory: Windows reads its name as something else",
            path,
        )
    top = absolute_root(root)
    if os.sep == "/" and _is_plain(path):
        return f"{top}/{path}" if top != "/" else f"/{path}"
    found = os.path.abspath(os.path.join(top, path))
    check_below(top, found, path)
    return found


def check_below(root: str, path: str, url_path: str) -> None:
    """Check that a path is below a root.

    :raises HTTPError: 403 if it is not; the message contains `url_path`.
    """
    if not is_below(root, path):
        raise HTTPError(403, "%s is not in root static directory", url_path)


class FoundFile:
    """A file with its ``lstat``; ``path`` goes through no link below the root."""

    __slots__ = ("is_directory", "is_regular", "path", "signature", "size", "stat")

    def __init__(self, path: str, status: os.stat_result) -> None:
        self.path = path
        self.stat = status
        self.size = status.st_size
        #: Changes when the file changes.
        self.signature = signature(status)
        kind = status.st_mode & _KIND
        #: True for a directory.
        self.is_directory = kind == stat.S_IFDIR
        #: True for a regular file: not a directory, a FIFO or a device.
        self.is_regular = kind == stat.S_IFREG


def find(
    root: str | os.PathLike[str], path: str, url_path: str, allowed: Iterable[str] = ()
) -> FoundFile:
    """Find the file of a path below a root, and check every part of the path.

    :param url_path: the path for messages.
    :param allowed: further directories that links may lead to.
    :raises HTTPError: 404 if there is no such file, 403 if a link leads out.
    """
    top = absolute_root(root)
    if path == top:
        return _found_root(top)
    if not path.startswith(top if top == os.sep else top + os.sep):
        check_below(top, path, url_path)
    try:
        at = path.find(os.sep, len(top) + 1)
        while at >= 0:  # the directories in between
            if os.lstat(path[:at]).st_mode & _KIND == stat.S_IFLNK:
                return _through_links(top, path, url_path, allowed)
            at = path.find(os.sep, at + 1)
        status = os.lstat(path)
        if status.st_mode & _KIND == stat.S_IFLNK:
            return _through_links(top, path, url_path, allowed)
    except (OSError, ValueError) as error:  # missing, or not a name: NUL, too long
        raise HTTPError(404) from error
    return FoundFile(path, status)


def _found_root(root: str) -> FoundFile:
    try:
        return FoundFile(root, os.stat(root))
    except OSError as error:
        raise HTTPError(404) from error


def _through_links(root: str, path: str, url_path: str, allowed: Iterable[str]) -> FoundFile:
    # Not strict: the answer must not reveal whether there is something outside of the roots.
    real = os.path.realpath(path)
    if not any(is_below(os.path.realpath(each), real) for each in (root, *allowed)):
        raise HTTPError(
            403, "%s is not in root static directory: it is a link that leads out of it", url_path
        )
    return FoundFile(real, os.stat(real))


def find_below(root: str | os.PathLike[str], path: str | os.PathLike[str]) -> FoundFile:
    """Find a regular file below a root, by a path that a client may have chosen.

    :param path: relative to the root, or absolute and below it.
    :raises HTTPError: 404 if there is no such file, 403 if it may not be served.
    """
    name = os.fspath(path)
    absolute_path = join(root, name)
    found = find(root, absolute_path, name)
    check_end(found, absolute_path, name)
    if not found.is_regular:
        raise HTTPError(403, "%s is not a file", name)
    return found


def check_end(found: FoundFile, absolute_path: str, path: str) -> None:
    """Check that a path ends with a slash only if it leads to a directory.

    The relative links of a page would lead elsewhere from ``page.html/``.

    :param absolute_path: the absolute form of `path`.
    :raises HTTPError: 404 for a file with a slash after its name.
    """
    if path.endswith((os.sep, os.sep + ".")) and not found.is_directory:
        name = os.path.basename(absolute_path)
        if name == os.path.basename(os.path.normpath(path)):  # not the index of a directory
            raise HTTPError(404, "%s is a file, so its path ends with its name", name)


def open_regular(path: str) -> int:
    """Open a file for reading, without waiting for a FIFO.

    :returns: the descriptor.
    :raises HTTPError: 404 if the file is gone, 403 if it is not a regular file.
    """
    flags = os.O_RDONLY
    for name in ("O_CLOEXEC", "O_NONBLOCK", "O_NOCTTY", "O_BINARY", "O_NOINHERIT"):
        flags |= getattr(os, name, 0)
    try:
        descriptor = os.open(path, flags)
    except PermissionError as error:
        raise HTTPError(403, "%s cannot be read", path) from error
    except (OSError, ValueError) as error:
        raise HTTPError(404) from error
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise HTTPError(403, "%s is not a file", path)
    return descriptor
