"""The time between two connections, in which messages may have been missed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Gap:
    """What a program missed: from the loss of one connection to the opening of the next one.

    Messages that were under way when the connection was lost are missing too, and so are those
    sent while the loss was not noticed yet. So ask the server for what came after the last message
    that was received, by its number if it has one; a time alone says too little.

    :ivar lost_at: when the loss was noticed, in seconds since the epoch.
    :ivar connected_at: when the new connection was open, in seconds since the epoch.
    :ivar attempts: how often connecting was tried; the last one succeeded.
    :ivar close_code: what the server's close frame said, None if there was none.
    :ivar close_reason: the reason in that frame.
    :ivar error: what went wrong last, with the old connection or with an attempt; None if nothing
        but a close frame is known.

    .. versionadded:: 1.0
    """

    lost_at: float
    connected_at: float
    attempts: int
    close_code: int | None = None
    close_reason: str | None = None
    error: BaseException | None = None

    @property
    def duration(self) -> float:
        """The length of the gap in seconds."""
        return self.connected_at - self.lost_at
