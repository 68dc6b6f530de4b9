"""Heads of responses that were composed before.

What an application answers has the same status and the same fields again and again, apart from the
validator and the length of its body. Everything else is composed and checked once, and then looked
up by what it was made of. The memory is bounded in number and size, and whoever is answered with a
cookie leaves nothing in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tornado.httputil import HTTPOutputError

from ._encoding import encode_fields
from ._grammar import REASON_TEXT

if TYPE_CHECKING:
    from ._head import Fields

#: How many heads are kept, and how long each of them may be, in characters.
MOST = 256
LONGEST = 1024

#: Fields that decide how a message is framed, or belong to one client alone.
_PARTICULAR = ("Connection", "Content-Length", "Set-Cookie", "Transfer-Encoding")


class ComposedHeads(dict[tuple[object, ...], str]):
    """Status lines with the field lines behind them, by what they were composed of."""

    def compose(self, key: tuple[object, ...], code: int, reason: str, fields: Fields) -> str:
        """Compose a head up to the fields that differ from response to response, and keep it.

        :return: nothing, if this response needs more than that: it is not the usual one, or is
            wrong.
        """
        if not 200 <= code != 204 or code == 304 or REASON_TEXT.fullmatch(reason) is None:
            return ""
        if any(name in fields for name in _PARTICULAR):
            return ""
        if any(value.__class__ is not str for value in fields.values()):
            return ""
        try:
            head = f"HTTP/1.1 {code} {reason}\r\n{encode_fields(fields)}"
        except HTTPOutputError:
            return ""
        if len(head) <= LONGEST:
            if len(self) >= MOST:
                self.clear()
            self[key] = head
        return head
