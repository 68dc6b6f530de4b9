"""Long polling: a request that is answered when there is something to tell."""

from __future__ import annotations

import asyncio
import json
import uuid
from typing import Any

from handlers import BaseHandler
from messages import Refusal
from news import has_news, news

import tornado.web

#: Seconds that a request waits for news, and seconds until a message must be stored.
POLL_SECONDS = 25
STORE_SECONDS = 20

#: Seconds after a poll for which somebody is still here: the next poll is on its way.
LINGER_SECONDS = 5

#: The longest list of people that a client sends back, in characters.
_MAX_PEOPLE = 50_000


class MessageNewHandler(BaseHandler):
    """Takes a message. Works from a form without a script, too."""

    @tornado.web.authenticated
    async def post(self) -> None:
        room = self.get_room(self.get_body_argument("room"))
        fields = {name: self.get_body_argument(name, "") for name in ("id", "text")}
        is_form = "application/json" not in self.request.headers.get("Accept", "")
        if is_form:
            fields["id"] = fields["id"] or uuid.uuid4().hex
        try:
            stored = self.add_message(room, fields)
            async with asyncio.timeout(STORE_SECONDS):
                position = await asyncio.shield(stored)
        except Refusal as refusal:
            self._refuse(fields["id"], refusal)
        except TimeoutError:  # it waits on, and the client may send it again
            self._refuse(fields["id"], Refusal("the message is not stored yet", retry_after=1))
        else:
            if is_form:
                self.redirect(f"/room/{room.name}", status=303)
            else:
                self.write({"stored": fields["id"], "position": str(position)})

    def _refuse(self, key: str, refusal: Refusal) -> None:
        if refusal.retry_after is None:
            self.set_status(400)
        else:
            self.set_status(503)
            self.set_header("Retry-After", str(1 + int(refusal.retry_after)))
        self.write({"refused": key, "reason": refusal.reason, "retry_after": refusal.retry_after})


class MessageUpdatesHandler(BaseHandler):
    """Waits for what comes after the client's cursor."""

    _waiting: asyncio.Future[Any] | None = None
    _is_gone = False

    @tornado.web.authenticated
    async def post(self) -> None:
        room, position, people = self._read_arguments()
        name = self.current_user
        room.enter(name)
        try:
            async with asyncio.timeout(POLL_SECONDS):
                while not has_news(room, position, people):
                    self._waiting = asyncio.ensure_future(room.wait_for_news())
                    await self._waiting
        except TimeoutError:
            pass  # an empty answer, so that nothing between takes the connection for dead
        except asyncio.CancelledError:
            if not self._is_gone:
                raise
            return
        finally:
            asyncio.get_running_loop().call_later(LINGER_SECONDS, room.leave, name)
        self.set_header("Cache-Control", "no-store")
        self.write(news(room, position, people))

    def _read_arguments(self) -> Any:
        text = self.get_body_argument("people", "")[:_MAX_PEOPLE]
        try:
            people = tuple(map(str, json.loads(text))) if text else None
        except (ValueError, TypeError):
            raise tornado.web.HTTPError(400, "people is not a list in JSON") from None
        return self.get_room(self.get_body_argument("room")), self.get_position(), people

    def on_connection_close(self) -> None:
        self._is_gone = True
        if self._waiting is not None:
            self._waiting.cancel()
