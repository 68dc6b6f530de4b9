"""A multipart form as it arrives, with its big files on disk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from ._events import MultipartEnd, MultipartEvent, PartBegin, PartData, PartEnd
from ._reader import MultipartReader, boundary_of
from ._spool import Spool
from ._uploads import ReceivedForm, UploadedFile

if TYPE_CHECKING:
    import os
    from collections.abc import Callable

    from ._limits import MultipartLimits


@dataclass(frozen=True, slots=True)
class UploadProgress:
    """How far a form has come.

    .. versionadded:: 1.0
    """

    __module__ = "tornado.httputil"  # before the public module has imported it as well

    #: How many bytes of the body came in.
    bytes_received: int
    #: How many parts began.
    parts_seen: int
    #: The name of the field that is coming in, None between parts.
    name: str | None
    #: The name of the file that is coming in, None if it is an ordinary field.
    filename: str | None
    #: How many bytes of this part came in.
    part_bytes: int


class FormReceiver:
    """A multipart form that is collected piece by piece, as a streaming handler gets it.

    Small files stay in memory, bigger ones go to temporary files. Writing happens in the executor
    of the running loop, and :meth:`receive` waits for it: a slow disk slows the client down instead
    of filling the memory. ::

        @stream_request_body
        class UploadHandler(RequestHandler):
            def prepare(self):
                self.receiver = FormReceiver.from_content_type(
                    self.request.headers.get("Content-Type", "")
                )

            async def data_received(self, chunk):
                await self.receiver.receive(chunk)

            async def post(self):
                with await self.receiver.finish() as form:
                    await form.files["photo"][0].save(path)

            def on_connection_close(self):
                self.receiver.close()

    :param boundary: as for :class:`MultipartReader`.
    :param limits: the limits of the body.
    :param spool_size: how many bytes of one file may stay in memory.
    :param directory: the folder for temporary files, by default the system's.
    :param on_progress: called with an :class:`UploadProgress` after each piece.

    .. versionadded:: 1.0
    """

    def __init__(
        self,
        boundary: bytes | str,
        limits: MultipartLimits | None = None,
        *,
        spool_size: int = 256 * 1024,
        directory: str | os.PathLike[str] | None = None,
        on_progress: Callable[[UploadProgress], object] | None = None,
    ) -> None:
        self._reader = MultipartReader(boundary, limits)
        self._spool_size = spool_size
        self._directory = directory
        self._on_progress = on_progress
        self._form = ReceivedForm()
        self._part: PartBegin | None = None
        self._field: list[bytes] = []
        self._spool: Spool | None = None
        self._part_bytes = 0
        self._is_closed = False

    @classmethod
    def from_content_type(
        cls,
        content_type: str,
        limits: MultipartLimits | None = None,
        *,
        spool_size: int = 256 * 1024,
        directory: str | os.PathLike[str] | None = None,
        on_progress: Callable[[UploadProgress], object] | None = None,
    ) -> Self:
        """Make a receiver for a request's ``Content-Type``.

        :raises MultipartError: it is not ``multipart/form-data`` with a boundary.
        """
        return cls(
            boundary_of(content_type),
            limits,
            spool_size=spool_size,
            directory=directory,
            on_progress=on_progress,
        )

    @property
    def progress(self) -> UploadProgress:
        """How far the form has come."""
        part = self._part
        return UploadProgress(
            self._reader.bytes_received,
            self._reader.parts_seen,
            part.name if part else None,
            part.filename if part else None,
            self._part_bytes,
        )

    async def receive(self, data: bytes) -> None:
        """Take the next piece of the body.

        When it raises, or is cancelled, everything received so far is dropped.

        :raises MultipartError: the body is malformed or crosses a limit.
        :raises OSError: a temporary file cannot be written.
        :raises ValueError: the receiver is closed, or has failed before.
        """
        self._check_open()
        try:
            for event in self._reader.receive(data):
                await self._handle(event)
            if self._on_progress is not None:
                self._on_progress(self.progress)
        except BaseException:
            self.close()
            raise

    async def finish(self) -> ReceivedForm:
        """End the body and return the form, whose files the caller has to close.

        :raises MultipartError: the last boundary was not seen.
        :raises ValueError: the receiver is closed, or has failed before.
        """
        self._check_open()
        try:
            self._reader.close()
        except BaseException:
            self.close()
            raise
        form, self._form = self._form, ReceivedForm()
        self._is_closed = True
        return form

    def _check_open(self) -> None:
        if self._is_closed:
            raise ValueError("this form is finished, closed or failed already")

    def close(self) -> None:
        """Drop everything received so far and remove the temporary files."""
        self._is_closed = True
        if self._spool is not None:
            self._spool.close()
            self._spool = None
        self._part = None
        self._field = []
        self._form.close()
        self._form = ReceivedForm()

    async def _handle(self, event: MultipartEvent) -> None:
        match event:
            case PartData(data):
                self._part_bytes += len(data)
                if self._spool is None:
                    self._field.append(data)
                else:
                    await self._spool.write(data)
            case PartBegin():
                self._part, self._part_bytes = event, 0
                if event.filename:
                    self._spool = Spool(self._spool_size, self._directory)
            case PartEnd():
                await self._end_part()
            case MultipartEnd():
                pass

    async def _end_part(self) -> None:
        part, spool = self._part, self._spool
        if part is None:
            return
        if spool is None:
            self._form.arguments.setdefault(part.name, []).append(b"".join(self._field))
            self._field = []
        else:
            await spool.complete()
            self._form.files.setdefault(part.name, []).append(UploadedFile(part, spool))
            self._spool = None
        self._part, self._part_bytes = None, 0
