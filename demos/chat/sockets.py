"""The same over a websocket."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from handlers import BaseHandler
from messages import BEGINNING, Position, Refusal
from news import has_news, news

import tornado.web
from tornado.websocket import WebSocketHandler, broadcast

if TYPE_CHECKING:
    import asyncio

    from rooms import Room


class SocketHandler(BaseHandler, WebSocketHandler):
    """A websocket into a room.

    The client says ``{"id": ..., "text": ...}``, and hears ``{"stored": id, "position": ...}`` or
    ``{"refused": id, "reason": ..., "retry_after": ...}``. What happens in the room comes as
    `news.news` has it.
    """

    room: Room
    position = BEGINNING  # what the client has been told
    people: tuple[str, ...] | None = None

    def prepare(self) -> None:
        if self.current_user is None:
            raise tornado.web.HTTPError(403)
        self.room = self.get_room(self.get_query_argument("room"))
        self.position = self.get_position()

    def get_compression_options(self) -> dict[str, Any]:
        return {}

    def open(self) -> None:
        self.room.sockets.add(self)
        self.room.enter(self.current_user)
        tell([self])

    def on_message(self, message: str | bytes) -> None:
        try:
            fields = json.loads(message)
        except ValueError:
            fields = None
        if not isinstance(fields, dict):
            self.close(1003, "not an object in JSON")
            return
        try:
            self.add_message(self.room, fields).add_done_callback(
                lambda stored: self._confirm(fields["id"], stored)
            )
        except Refusal as refusal:
            answer = {"reason": refusal.reason, "retry_after": refusal.retry_after}
            self.write_message({"refused": fields.get("id"), **answer})

    def _confirm(self, key: str, stored: asyncio.Future[Position]) -> None:
        if not stored.cancelled():
            broadcast([self], {"stored": key, "position": str(stored.result())})

    def on_close(self) -> None:
        if self in self.room.sockets:
            self.room.sockets.discard(self)
            self.room.leave(self.current_user)


def tell_room(room: Room) -> None:
    """Tell the sockets of a room what is new."""
    tell(room.sockets)


def tell(sockets: Any) -> None:
    """Tell each socket what it does not know yet; those that know the same are told at once."""
    groups = defaultdict(list)
    for socket in sockets:
        groups[socket.room, socket.position, socket.people].append(socket)
    for (room, position, people), group in groups.items():
        if has_news(room, position, people):
            broadcast(group, news(room, position, people))
            for socket in group:
                socket.position, socket.people = max(room.position, position), room.people
