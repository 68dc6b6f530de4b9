"""What a program may do with ``ws_connection``, whatever the version of the protocol."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import asyncio


class WebSocketProtocol(ABC):
    """A websocket connection, as its handler sees it.

    :param handler: the handler or client that it belongs to.
    """

    #: The peer has sent a close frame, or is gone.
    client_terminated: bool = False
    #: This side has sent a close frame, or the connection is gone.
    server_terminated: bool = False

    #: What the peer's close frame said; None if it said nothing, or if there was none.
    close_code: int | None = None
    close_reason: str | None = None

    def __init__(self, handler: Any) -> None:
        self.handler = handler

    @abstractmethod
    async def accept_connection(self, handler: Any) -> None:
        """Answer the opening handshake of a handler."""

    @abstractmethod
    def on_connection_close(self) -> None:
        """Close the stream, without a closing handshake."""

    @property
    @abstractmethod
    def selected_subprotocol(self) -> str | None:
        """The subprotocol that was agreed on."""

    @abstractmethod
    def write_message(
        self, message: str | bytes | dict[str, Any], binary: bool = False
    ) -> asyncio.Future[None]:
        """Send a message."""

    @abstractmethod
    def write_ping(self, data: bytes) -> None:
        """Send a ping."""

    @abstractmethod
    def close(self, code: int | None = None, reason: str | None = None) -> None:
        """Begin the closing handshake."""

    @abstractmethod
    def is_closing(self) -> bool:
        """Return true if nothing can be sent any more."""

    @abstractmethod
    def start_pinging(self) -> None:
        """Send pings in intervals from now on, if the parameters say so."""

    @abstractmethod
    def set_nodelay(self, x: bool) -> None:
        """Let small messages leave at once (true), or wait to be joined (false)."""
