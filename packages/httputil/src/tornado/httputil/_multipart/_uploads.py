"""The fields and files of a form whose files may be on disk."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    import os
    from collections.abc import AsyncIterator

    from .._fields._headers import HTTPHeaders
    from ._events import PartBegin
    from ._spool import Spool


class UploadedFile:
    """One file of a form, in memory or in a temporary file.

    The temporary file is removed by :meth:`close`, by :meth:`save`, and with this object; reading the
    content after that raises ValueError.

    .. versionadded:: 1.0
    """

    __module__ = "tornado.httputil"  # before the public module has imported it as well

    def __init__(self, part: PartBegin, spool: Spool) -> None:
        #: The name of the form's field.
        self.name: str = part.name
        #: The file name that the client gave, without directories.
        self.filename: str = part.filename or ""
        #: The ``Content-Type`` of the part, ``application/unknown`` if it has none.
        self.content_type: str = part.content_type or "application/unknown"
        #: All fields of the part's header.
        self.headers: HTTPHeaders = part.headers
        self._spool = spool

    @property
    def size(self) -> int:
        """The size in bytes."""
        return self._spool.size

    @property
    def path(self) -> str | None:
        """The path of the temporary file, None while the content is in memory."""
        return self._spool.path

    async def read(self) -> bytes:
        """Return the whole content."""
        return await self._spool.read()

    async def chunks(self, size: int = 64 * 1024) -> AsyncIterator[bytes]:
        """Yield the content piece by piece.

        :param size: how many bytes a piece has; the last one may be shorter.
        """
        for offset in range(0, self.size, size):
            yield await self._spool.read_at(offset, size)

    async def save(self, path: str | os.PathLike[str]) -> None:
        """Save the content as a file; an existing one is replaced.

        A temporary file on the same file system is only renamed. Choose the name yourself:
        :attr:`filename` is the client's.

        :raises OSError: the file cannot be written; an existing one is unchanged.
        """
        await self._spool.move(path)

    def close(self) -> None:
        """Drop the content."""
        self._spool.close()

    def __repr__(self) -> str:
        return f"UploadedFile(name={self.name!r}, filename={self.filename!r}, size={self.size})"


@dataclass(slots=True)
class ReceivedForm:
    """The fields and files of a form; leaving its ``with`` block closes the files.

    .. versionadded:: 1.0
    """

    __module__ = "tornado.httputil"  # before the public module has imported it as well

    #: Every name with the list of its values.
    arguments: dict[str, list[bytes]] = field(default_factory=dict)
    #: Every name with the list of its files.
    files: dict[str, list[UploadedFile]] = field(default_factory=dict)

    def close(self) -> None:
        """Close every file."""
        for uploaded in self.files.values():
            for file in uploaded:
                file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()
