"""Heads of responses whose beginning was composed before.

What an application answers begins with the same status and the same few fields again and again:
those that every response has, and the date, which stays for a second. They are composed and checked
once, and then looked up by what they were made of. What stands behind them is composed anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from tornado.httputil import HTTPOutputError

from ._encoding import encode_fields
from ._grammar import REASON_TEXT

if TYPE_CHECKING:
    from ._head import Fields

#: How many beginnings are kept, and how long each of them may be, in characters.
MOST = 256
LONGEST = 1024

#: How many fields belong to the beginning.
COMMON = 3

_VALIDATOR = ("Etag",)

#: Status, reason, and the names and values of the first fields.
_Key: TypeAlias = tuple[int, str, tuple[str, ...], tuple[Any, ...]]


class ComposedHeads(dict[_Key, str]):
    """Status lines with the first field lines behind them, by what they were composed of."""

    def compose(self, code: int, reason: str, fields: Fields) -> str:
        """Give a status line and field lines, without the empty line behind them.

        :return: nothing, if this response needs more care: it is framed in another way, sets a
            cookie for one client alone, or is wrong.
        """
        names, values = (*fields,), (*fields.values(),)
        key = (code, reason, names[:COMMON], values[:COMMON])
        try:
            head = self.get(key) or self._begin(key, fields)
        except TypeError:  # a repeated field has a list of values, which is no key
            return ""
        others = names[COMMON:]
        if not others or not head:
            return head
        if others == _VALIDATOR:  # as most responses have it: a look without an expression
            etag = values[COMMON]
            if etag.__class__ is str and etag.isprintable():
                return f"{head}Etag: {etag}\r\n"
        return _go_on(head, {name: fields[name] for name in others})

    def _begin(self, key: _Key, fields: Fields) -> str:
        code, reason, names, values = key
        # Others are equal to a number or a text and look another way.
        is_plain = code.__class__ is int and {*map(type, (reason, *names, *values))} == {str}
        if not is_plain or not 200 <= code != 204 or code == 304:
            return ""
        if REASON_TEXT.fullmatch(reason) is None:
            return ""
        head = _go_on(f"HTTP/1.1 {code} {reason}\r\n", {name: fields[name] for name in names})
        if 0 < len(head) <= LONGEST:
            if len(self) >= MOST:
                self.clear()
            self[key] = head
        return head


def _go_on(head: str, fields: Fields) -> str:
    """Put field lines behind a head; give nothing where that takes more care."""
    if (
        "Content-Length" in fields
        or "Transfer-Encoding" in fields
        or "Connection" in fields
        or "Set-Cookie" in fields
    ):
        return ""
    try:
        return head + encode_fields(fields)
    except HTTPOutputError:
        return ""
