"""The pages: signing in, and a room."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from limits import network_of
from messages import MAX_NAME, MAX_TEXT, Message, Position, Refusal, clean, make_message
from news import SHOWN_AT_FIRST, hue

import tornado.web

if TYPE_CHECKING:
    import asyncio

    from limits import RateLimit
    from rooms import Room
    from stores import Store

_POLICY = "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'"


class BaseHandler(tornado.web.RequestHandler):
    """The base of everything: its user, and the rooms."""

    @property
    def store(self) -> Store:
        store: Store = self.settings["store"]
        return store

    def set_default_headers(self) -> None:
        self.set_header("Content-Security-Policy", _POLICY)
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Referrer-Policy", "same-origin")

    def get_current_user(self) -> str | None:
        name = self.get_signed_cookie("user")
        return name.decode() if name else None

    def get_room(self, name: str) -> Room:
        """Return a room, which has to be there."""
        room = self.store.rooms.get(name)
        if room is None:
            raise tornado.web.HTTPError(404, "no room %r", name[:50])
        return room

    def get_position(self) -> Position:
        """Return the last position that the client has seen."""
        try:
            return Position.parse(self.get_argument("cursor", ""))
        except ValueError as error:
            raise tornado.web.HTTPError(400, "%s", error) from None

    def add_message(self, room: Room, fields: dict[str, Any]) -> asyncio.Future[Position]:
        """Store what the user has sent.

        :raises Refusal: it is wrong, or comes too fast.
        """
        message: Message = make_message(fields, self.current_user)
        limit: RateLimit = self.settings["rate_limit"]
        network = network_of(self.request.remote_ip or "")
        wait = limit.wait_time(f"name {self.current_user}", f"network {network}")
        if wait:
            raise Refusal("too many messages at once", retry_after=wait)
        return self.store.add(room, message)

    def get_template_namespace(self) -> dict[str, Any]:
        namespace = super().get_template_namespace()
        namespace.update(
            rooms=list(self.store.rooms), hue=hue, max_name=MAX_NAME, max_text=MAX_TEXT
        )
        return namespace

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        if self.request.path.startswith("/a/"):
            self.write({"error": self._reason})
        else:
            self.render("error.html", title=f"{status_code}: {self._reason}")


class RoomHandler(BaseHandler):
    """The page of a room."""

    @tornado.web.authenticated
    def get(self, name: str = "") -> None:
        room = self.get_room(name or next(iter(self.store.rooms)))
        messages = list(room.messages)[-SHOWN_AT_FIRST:]
        self.set_header("Cache-Control", "no-store")
        self.render("room.html", room=room, messages=messages)


class SignInHandler(BaseHandler):
    def get(self) -> None:
        self.render("sign-in.html", next_url=self.get_query_argument("next", "/"))

    def post(self) -> None:
        name = " ".join(clean(self.get_body_argument("name")).split())
        if not name or len(name) > MAX_NAME:
            raise tornado.web.HTTPError(400, "a name of %d characters", len(name))
        self.set_signed_cookie("user", name, httponly=True, samesite="Lax")
        self.redirect(self.get_next_url(), status=303)


class SignOutHandler(BaseHandler):
    def post(self) -> None:
        self.clear_cookie("user")
        self.redirect("/", status=303)


class MissingHandler(BaseHandler):
    def prepare(self) -> None:
        raise tornado.web.HTTPError(404)
