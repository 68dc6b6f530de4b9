"""What an exchange needs of the connection that it runs on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import asyncio


class Owner(Protocol):
    """The owner of a stream and its parser, one per connection."""

    #: A future that is done, for what has left at once.
    sent: asyncio.Future[None]

    #: True if no further exchange shall begin on this connection.
    is_draining: bool

    def message_written(self, exchange: Any) -> None:
        """Take note that the outgoing message of the exchange is complete."""

    def detach(self) -> None:
        """Let go of the stream, and put bytes that were not parsed back into it."""
