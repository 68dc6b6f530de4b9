"""One message for many connections."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tornado.escape import json_encode

from .protocol import SharedFrames

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ._protocol13 import WebSocketProtocol13


def broadcast(
    receivers: Iterable[Any], message: str | bytes | dict[str, Any], binary: bool = False
) -> int:
    """Send a message to many connections, at little more than the cost of the writes.

    The frame is made once for all connections that agreed on the same compression. Connections
    that are closed or closing are left out, and those whose peers read too slowly are dealt with by
    their own ``slow_reader`` policy; neither disturbs the others.

    :param receivers: handlers, clients, or their ``ws_connection``.
    :param message: text, bytes with ``binary``, or a dictionary, which is sent as JSON.
    :returns: how many connections it was sent to.

    .. versionadded:: 1.0
    """
    text_or_bytes = json_encode(message) if isinstance(message, dict) else message
    frames = SharedFrames(text_or_bytes, is_binary=binary)
    return sum(_send(receiver, frames) for receiver in list(receivers))


def _send(receiver: Any, frames: SharedFrames) -> bool:
    connection: WebSocketProtocol13 | None = getattr(receiver, "ws_connection", receiver)
    return connection is not None and connection.send_frames(frames)
