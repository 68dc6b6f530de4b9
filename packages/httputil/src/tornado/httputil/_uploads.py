"""What a form held, when its files may be on disk."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    import os
    from collections.abc import AsyncIterator

    from ._headers import HTTPHeaders
    from ._multipart_events import PartBegin
    from ._spool import Spool


class UploadedFile:
    """Hold one file of a form, in memory or in a temporary file.

    The temporary file is removed by :meth:`close`, by :meth:`save`, and when the object goes away;
    reading the content after that is a ValueError.

    .. versionadded:: 1.0
    """

    __module__ = "tornado.httputil"  # also where nobody has asked the face for it

    def __init__(self, part: PartBegin, spool: Spool) -> None:
        #: The name of the form's field.
        self.name: str = part.name
        #: The file name that the client gave, without directories.
        self.filename: str = part.filename or ""
        #: The ``Content-Type`` of the part, ``application/unknown`` where it has none.
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
        """The path of the temporary file, None for a file that is in memory."""
        return self._spool.path

    async def read(self) -> bytes:
        """Return the whole content."""
        return await self._spool.read()

    async def chunks(self, size: int = 64 * 1024) -> AsyncIterator[bytes]:
        """Give the content piece by piece.

        :param size: how many bytes a piece has; the last one may be shorter.
        """
        for offset in range(0, self.size, size):
            yield await self._spool.read_at(offset, size)

    async def save(self, path: str | os.PathLike[str]) -> None:
        """Make the content a file of your own; one that is there is replaced.

        A temporary file on the same file system is only renamed. Choose the name yourself:
        :attr:`filename` is the client's.

        :raises OSError: when the file cannot be written; one that was there is as it was.
        """
        await self._spool.move(path)

    def close(self) -> None:
        """Forget the content."""
        self._spool.close()

    def __repr__(self) -> str:
        return f"UploadedFile(name={self.name!r}, filename={self.filename!r}, size={self.size})"


@dataclass(slots=True)
class ReceivedForm:
    """Hold the fields and files of a form; leaving its ``with`` block closes the files.

    .. versionadded:: 1.0
    """

    __module__ = "tornado.httputil"  # also where nobody has asked the face for it

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
