"""Files that replace others in one step, when they are complete.

Writing over a file destroys the old content before the new one is complete: if the disk is full, half
of the new content is all that is left. Here the new file first gets another name in the same folder,
and is renamed when it is complete. So readers see either the old file or the new one. Nothing is
forced to the disk (``fsync``): this is about errors and readers, not about power failures.
"""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import TypeAlias

    StrPath: TypeAlias = str | os.PathLike[str]

_PIECE_SIZE = 1 << 20


def replace_file(path: StrPath, pieces: Iterable[bytes]) -> None:
    """Write a file, and replace an old one only when the new one is complete.

    The new file gets the mode of the old one, and its owner if the process is allowed to set it. If
    there is no old file, it gets the default mode of the process. If the path is a link, the file
    that it leads to is replaced. If it is not an ordinary file, such as ``/dev/stdout``, it is
    written to.

    :param pieces: the content, in parts.
    :raises OSError: the file cannot be written; an old one is not changed.

    .. versionadded:: 1.0
    """
    target = _target(path)
    old = _status(target)
    if old is not None and not stat.S_ISREG(old.st_mode):
        with open(target, "wb") as file:
            file.writelines(pieces)
        return
    descriptor, temporary = _create_temporary_file(target)
    try:
        with open(descriptor, "wb") as file:
            file.writelines(pieces)
        _replace_target(temporary, target, old)
    except BaseException:
        _remove(temporary)
        raise


def move_file(source: StrPath, path: StrPath) -> None:
    """Move a file to another path: rename it or, if that is not possible, copy it.

    The result is as with :func:`replace_file`. On Windows, a source that is open is copied and
    stays where it is.

    :raises OSError: the file cannot be moved; neither it nor a file at `path` is changed.

    .. versionadded:: 1.0
    """
    target = _target(path)
    old = _status(target)
    if (old is None or stat.S_ISREG(old.st_mode)) and _rename(source, target, old):
        return
    replace_file(target, _read_pieces(source))
    with suppress(OSError):
        os.unlink(source)


def _rename(source: StrPath, target: str, old: os.stat_result | None) -> bool:
    """Rename a file; return False if the system cannot.

    It takes two steps, so that the file has its final mode when it gets its final name.
    """
    descriptor, temporary = _create_temporary_file(target)
    os.close(descriptor)
    mode = os.stat(temporary).st_mode & 0o777
    try:
        os.replace(source, temporary)
    except OSError:  # another file system, or a system that does not rename open files
        _remove(temporary)
        return False
    try:
        os.chmod(temporary, mode)
        _replace_target(temporary, target, old)
    except BaseException:
        os.replace(temporary, source)
        raise
    return True


def _target(path: StrPath) -> str:
    """Return the path of the file that a path means, with links resolved.

    :raises IsADirectoryError: the path can only be that of a directory.
    """
    if os.path.basename(path) in ("", ".", ".."):  # realpath("new/") would be the name of a file
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
    return os.path.realpath(path)


def _status(path: str) -> os.stat_result | None:
    with suppress(FileNotFoundError):
        return os.stat(path)
    return None


def _create_temporary_file(target: str) -> tuple[int, str]:
    """Create a file in the folder of another one, with the default mode of the process.

    :returns: its descriptor and its path.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    for name in ("O_CLOEXEC", "O_NOFOLLOW", "O_BINARY", "O_NOINHERIT"):
        flags |= getattr(os, name, 0)
    temporary = os.path.join(os.path.dirname(target), f".{os.urandom(8).hex()}.part")
    try:
        return os.open(temporary, flags, 0o666), temporary
    except OSError as error:
        error.filename = target  # the temporary name would not help anybody
        raise


def _replace_target(temporary: str, target: str, old: os.stat_result | None) -> None:
    if old is not None:
        new = os.stat(temporary)
        if (new.st_uid, new.st_gid) != (old.st_uid, old.st_gid):
            with suppress(OSError):  # only the superuser is allowed to
                os.chown(temporary, old.st_uid, old.st_gid)
        os.chmod(temporary, old.st_mode & 0o777)
    try:
        os.replace(temporary, target)
    except OSError as error:
        error.filename, error.filename2 = target, None
        raise


def _remove(path: str) -> None:
    with suppress(OSError):  # the error that led here says more
        os.unlink(path)


def _read_pieces(path: StrPath) -> Iterator[bytes]:
    with open(path, "rb") as file:
        while piece := file.read(_PIECE_SIZE):
            yield piece
