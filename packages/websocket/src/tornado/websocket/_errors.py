"""The exceptions of this package.

::

    WebSocketError
    +-- WebSocketClosedError      sending over a connection that is closed
    +-- HandshakeError            an opening handshake that is refused
    +-- ReconnectError            a lost connection that is not replaced
    +-- PeerError                 the peer broke the protocol or a limit
    +-- MisuseError               our own program broke the protocol
"""

from __future__ import annotations

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from .protocol._events import Event

__all__ = [
    "HandshakeError",
    "MisuseError",
    "PeerError",
    "ReconnectError",
    "WebSocketClosedError",
    "WebSocketError",
]


class WebSocketError(Exception):
    """The base of all exceptions of this package."""


class WebSocketClosedError(WebSocketError):
    """A message was to be sent over a connection that is closed or closing."""


class HandshakeError(WebSocketError):
    """An opening handshake that is refused (RFC 6455 section 4).

    :ivar status: what a server answers; for a client, what the server had answered.
    :ivar headers: fields that belong to that answer.
    """

    def __init__(
        self, message: str, *, status: int = 400, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers or {}


class ReconnectError(WebSocketError):
    """A connection was lost, and there will be no other one.

    :ivar close_code: what the server's close frame said, None if there was none.
    :ivar close_reason: the reason in that frame.

    .. versionadded:: 1.0
    """

    def __init__(
        self, message: str, *, close_code: int | None = None, close_reason: str | None = None
    ) -> None:
        super().__init__(message)
        self.close_code = close_code
        self.close_reason = close_reason


class PeerError(WebSocketError):
    """What a peer sent breaks the protocol, or is larger than allowed.

    :ivar code: the close code that says so to the peer (RFC 6455 section 7.4.1).
    :ivar events: what had come with the same bytes before the fault.
    """

    def __init__(self, message: str, *, code: int = 1002) -> None:
        super().__init__(message)
        self.code = code
        self.events: list[Event] = []


class MisuseError(WebSocketError, ValueError):
    """A call that would make our own side break the protocol."""
