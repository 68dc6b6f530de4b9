"""The interface of objects to which a stream pushes its bytes."""

from __future__ import annotations

from typing import Protocol


class StreamProtocol(Protocol):
    """The consumer of a stream's push interface; the names are those of `asyncio.Protocol`.

    Attach one with `.BaseIOStream.set_protocol`. Every method is called on the stream's loop and
    must not block. An exception from one of them is logged once and closes the stream.
    """

    def data_received(self, data: bytes) -> None:
        """Called with the next bytes. They may be split anywhere."""

    def eof_received(self) -> bool | None:
        """Called when the peer will send nothing more.

        :returns: true to keep the write side open; otherwise the stream closes at once.
        """

    def connection_lost(self, exc: BaseException | None) -> None:
        """Called once, as the last method, when the stream is closed.

        :param exc: what closed it, or None for a plain close by either side.
        """

    def pause_writing(self) -> None:
        """Called when more than the high mark of written bytes wait for a slow peer."""

    def resume_writing(self) -> None:
        """Called when the bytes that wait have fallen to the low mark."""
