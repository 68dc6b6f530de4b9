"""The UI modules of the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from news import hue

import tornado.web

if TYPE_CHECKING:
    from messages import Message as ChatMessage


class Message(tornado.web.UIModule):
    """A message. Its HTML is the same in a page and in an update."""

    def render(self, message: ChatMessage) -> bytes:
        return self.render_string("message.html", message=message, hue=hue(message.name))
