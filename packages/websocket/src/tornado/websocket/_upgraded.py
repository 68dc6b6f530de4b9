"""What the handler of a connection takes over from that of a request, and what it does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tornado.web import RequestHandler

from ._parameters import DEFAULT_MAX_UNSENT, ConnectionParameters
from .protocol import DEFAULT_MAX_MESSAGE_SIZE

if TYPE_CHECKING:
    from collections.abc import Callable

    from tornado.iostream import IOStream


def _before_upgrade(name: str) -> Callable[..., Any]:
    """Return a method of a request that is refused once the connection is another protocol's."""

    def method(self: UpgradedHandler, *args: Any, **kwargs: Any) -> Any:
        if self.stream is not None:
            raise RuntimeError("Method not supported for Web Sockets")
        return getattr(super(UpgradedHandler, self), name)(*args, **kwargs)

    method.__name__ = name
    method.__doc__ = f"See `RequestHandler.{name}`; refused once the connection is open."
    return method


class UpgradedHandler(RequestHandler):
    """A request that becomes a connection: its limits, and the methods that end with the response."""

    #: The stream, once the response was sent.
    stream: IOStream | None = None

    write = _before_upgrade("write")
    redirect = _before_upgrade("redirect")
    set_header = _before_upgrade("set_header")
    set_cookie = _before_upgrade("set_cookie")
    set_status = _before_upgrade("set_status")
    flush = _before_upgrade("flush")
    finish = _before_upgrade("finish")

    def send_error(self, *args: Any, **kwargs: Any) -> None:
        """See `RequestHandler.send_error`; closes a connection that is open already."""
        if self.stream is None:
            super().send_error(*args, **kwargs)
        else:
            self.stream.close()

    # Limits and times, for the application by its settings and for a handler by its attributes.

    @property
    def ping_interval(self) -> float | None:
        """Seconds between pings; the setting ``websocket_ping_interval``, by default none."""
        return self.settings.get("websocket_ping_interval")

    @property
    def ping_timeout(self) -> float | None:
        """Seconds after a ping within which something has to come.

        The setting ``websocket_ping_timeout``, by default the interval.
        """
        return self.settings.get("websocket_ping_timeout")

    @property
    def max_message_size(self) -> int:
        """How large a received message may be, in bytes; ``websocket_max_message_size``."""
        size: int = self.settings.get("websocket_max_message_size", DEFAULT_MAX_MESSAGE_SIZE)
        return size

    @property
    def max_unsent(self) -> int:
        """How many bytes may wait for a client that reads slowly; ``websocket_max_unsent``."""
        size: int = self.settings.get("websocket_max_unsent", DEFAULT_MAX_UNSENT)
        return size

    @property
    def slow_reader(self) -> str:
        """What is done when more bytes wait; ``websocket_slow_reader``.

        ``"close"`` ends the connection with 1013, ``"drop"`` leaves out the message, ``"wait"``
        keeps it until there is room, for programs that await `write_message`.
        """
        policy: str = self.settings.get("websocket_slow_reader", "close")
        return policy

    @property
    def close_timeout(self) -> float:
        """Seconds to wait for the client's close frame; ``websocket_close_timeout``."""
        seconds: float = self.settings.get("websocket_close_timeout", 5.0)
        return seconds

    @property
    def max_waiting_messages(self) -> int:
        """How many messages `messages` keeps before it stops reading."""
        count: int = self.settings.get("websocket_max_waiting_messages", 16)
        return count

    def connection_parameters(self) -> ConnectionParameters:
        """Return the limits and times of the connection."""
        return ConnectionParameters(
            ping_interval=self.ping_interval,
            ping_timeout=self.ping_timeout,
            max_message_size=self.max_message_size,
            max_unsent=self.max_unsent,
            slow_reader=self.slow_reader,
            close_timeout=self.close_timeout,
        )
