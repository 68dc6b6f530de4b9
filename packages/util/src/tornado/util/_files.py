"""Files that are written beside their place and then put into it in one step.

A write in place destroys the old file before the new one is complete: when the disk is full, half
of the new one is all that is left. Here the new file gets a name of its own in the same folder, and
takes the place of the old one when it is complete. Whoever reads sees the old file or the new one.
Nothing is forced to the disk (``fsync``): this is about errors and readers, not about power cuts.
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

_PIECE = 1 << 20


def replace_file(path: StrPath, pieces: Iterable[bytes]) -> None:
    """Write a file in one step; one that is there is replaced only when the new one is complete.

    The new file has the mode of the old one, and its owner where the process may give it that. A
    new name gets the mode that the process gives to its files. A link stays and the file that it
    leads to is replaced. What is not an ordinary file, such as ``/dev/stdout``, is written to.

    :param pieces: the content, in parts.
    :raises OSError: the file cannot be written; the old one is as it was.

    .. versionadded:: 1.0
    """
    target = _target(path)
    old = _status(target)
    if old is not None and not stat.S_ISREG(old.st_mode):
        with open(target, "wb") as file:
            file.writelines(pieces)
        return
    descriptor, beside = _create_beside(target)
    try:
        with open(descriptor, "wb") as file:
            file.writelines(pieces)
        _put_in_place(beside, target, old)
    except BaseException:
        _remove(beside)
        raise


def move_file(source: StrPath, path: StrPath) -> None:
    """Give a file another path, by renaming it where that is possible and by copying it elsewhere.

    The result is as with :func:`replace_file`. A source that is open stays where it is on Windows.

    :raises OSError: the file cannot be moved; it is still there, and what was at `path` as well.

    .. versionadded:: 1.0
    """
    target = _target(path)
    old = _status(target)
    if (old is None or stat.S_ISREG(old.st_mode)) and _rename(source, target, old):
        return
    replace_file(target, _pieces_of(source))
    with suppress(OSError):
        os.unlink(source)


def _rename(source: StrPath, target: str, old: os.stat_result | None) -> bool:
    """Rename a file if the system can, in two steps: a private one becomes public at its place."""
    descriptor, beside = _create_beside(target)
    os.close(descriptor)
    mode = os.stat(beside).st_mode & 0o777
    try:
        os.replace(source, beside)
    except OSError:  # another file system, or a system that does not rename open files
        _remove(beside)
        return False
    try:
        os.chmod(beside, mode)
        _put_in_place(beside, target, old)
    except BaseException:
        os.replace(beside, source)
        raise
    return True


def _target(path: StrPath) -> str:
    """Return the path of the file that is meant, through links.

    :raises IsADirectoryError: the path can only be that of a directory.
    """
    if os.path.basename(path) in ("", ".", ".."):  # realpath() would make a file's name of "new/"
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
    return os.path.realpath(path)


def _status(path: str) -> os.stat_result | None:
    with suppress(FileNotFoundError):
        return os.stat(path)
    return None


def _create_beside(target: str) -> tuple[int, str]:
    """Create a file in the folder of another one, with the mode that new files get."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    for name in ("O_CLOEXEC", "O_NOFOLLOW", "O_BINARY", "O_NOINHERIT"):
        flags |= getattr(os, name, 0)
    beside = os.path.join(os.path.dirname(target), f".{os.urandom(8).hex()}.part")
    try:
        return os.open(beside, flags, 0o666), beside
    except OSError as error:
        error.filename = target  # the other name would tell nobody anything
        raise


def _put_in_place(beside: str, target: str, old: os.stat_result | None) -> None:
    if old is not None:
        new = os.stat(beside)
        if (new.st_uid, new.st_gid) != (old.st_uid, old.st_gid):
            with suppress(OSError):  # only the superuser may
                os.chown(beside, old.st_uid, old.st_gid)
        os.chmod(beside, old.st_mode & 0o777)
    try:
        os.replace(beside, target)
    except OSError as error:
        error.filename, error.filename2 = target, None
        raise


def _remove(path: str) -> None:
    with suppress(OSError):  # the error that is on its way says more
        os.unlink(path)


def _pieces_of(path: StrPath) -> Iterator[bytes]:
    with open(path, "rb") as file:
        while piece := file.read(_PIECE):
            yield piece
