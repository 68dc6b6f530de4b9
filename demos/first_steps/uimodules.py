"""The UI modules of the pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import tornado.web

if TYPE_CHECKING:
    from guestbook import Entry as GuestbookEntry


class Entry(tornado.web.UIModule):
    """An entry of the guest book."""

    def embedded_css(self) -> str:
        return ".entry { border-left: 3px solid #8886; margin: 1rem 0; padding-left: .8rem; }"

    def render(self, entry: GuestbookEntry) -> bytes:
        return self.render_string("entry.html", entry=entry)
