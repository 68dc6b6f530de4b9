"""What a consumer that takes pushed bytes looks like."""

from __future__ import annotations

from typing import Protocol


class StreamProtocol(Protocol):
    """The consumer of a stream's push interface; the names are those of `asyncio.Protocol`.

    Attach one with `.BaseIOStream.set_protocol`. Every method is called on the stream's loop and
    must not block. An exception from one of them is logged once and closes the stream.
    """

    def data_received(self, data: bytes) -> None:
        """Take the next bytes, as they came from the connection: any split is possible."""

    def eof_received(self) -> bool | None:
        """Hear that the peer will send nothing more.

        :returns: true to keep the write side open; otherwise the stream closes at once.
        """

    def connection_lost(self, exc: BaseException | None) -> None:
        """Hear, once and last, that the stream is closed.

        :param exc: what closed it, or None for a plain close by either side.
        """

    def pause_writing(self) -> None:
        """Hear that more than the high mark of written bytes waits for a slow peer."""

    def resume_writing(self) -> None:
        """Hear that the bytes that wait have fallen to the low mark."""
