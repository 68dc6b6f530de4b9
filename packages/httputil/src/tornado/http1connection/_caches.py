"""What was parsed or composed before, looked up instead of done again.

On a kept-alive connection most requests differ in the target alone: a browser, a proxy or an
application's client sends the same fields again and again. So a block of field lines is validated
and split once and then looked up by its bytes. A copy of the fields goes out, so nobody sees what
another request does to its headers.

Most lines of a response are those of the response before it: the status, the server, the date,
which stays for a second, the type, and what a site adds to each of its responses. They are looked
up one by one: a head is valid if each of its lines is.

What an application sends begins with the same status and the same few fields again and again. This
beginning is composed and checked once, and looked up by what it was made of. Of the fields after it,
the names are checked once each, and the values each time.

Every cache is bounded in the number and the size of its entries, because peers choose them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from tornado.httputil import HTTPOutputError, ResponseStartLine
from tornado.httputil._fields._names import canonical as canonical_names
from tornado.util import BoundedCache

from ._encoding import encode_fields
from ._parsing._grammar import FIELD_LINE, REASON_TEXT, STATUS_LINE, TOKEN_TEXT

if TYPE_CHECKING:
    from ._parsing._head import Fields

#: How many blocks of field lines are kept, and how long each of them may be, in bytes.
MAX_BLOCKS = 256
MAX_BLOCK_SIZE = 1024

#: How many lines of a kind are kept, and how long each of them may be, in characters.
MAX_LINES = 1024
MAX_LINE_LENGTH = 256

#: How many beginnings of heads are kept, and how long each of them may be, in characters.
MAX_HEADS = 256
MAX_HEAD_LENGTH = 1024

#: How many fields belong to the beginning of a head.
COMMON_FIELDS = 3

_VALIDATOR = ("Etag",)

#: What frames a message or decides about its connection takes more care than a line of its own.
_CAREFUL = frozenset({"Content-Length", "Transfer-Encoding", "Connection"})


class FieldBlocks(BoundedCache[bytes, "tuple[Fields, bool]"]):
    """The fields of a request by their lines, and whether they let the connection stay open.

    Only blocks of HTTP/1.1 requests without a body are added: how long a body is, is decided anew
    for each request.
    """

    def __init__(self) -> None:
        super().__init__(max_entries=MAX_BLOCKS, max_key_length=MAX_BLOCK_SIZE)


class StatusLines(BoundedCache[str, ResponseStartLine]):
    """The parts of status lines, by their text without the line end.

    :raises ValueError: from a look-up, when the line is not a status line.
    """

    def __init__(self) -> None:
        super().__init__(parse_status_line, max_entries=MAX_LINES, max_key_length=MAX_LINE_LENGTH)


class FieldLines(BoundedCache[str, tuple[str, str]]):
    """The canonical name and the value of field lines, by their text without the line end.

    :raises ValueError: from a look-up, when the line is not a field line.
    """

    def __init__(self) -> None:
        super().__init__(parse_field_line, max_entries=MAX_LINES, max_key_length=MAX_LINE_LENGTH)


def parse_status_line(line: str) -> ResponseStartLine:
    """Split a status line.

    :raises ValueError: it breaks the grammar.
    """
    match = STATUS_LINE.fullmatch(line)
    if match is None:
        raise ValueError("not a status line")
    minor, code, reason = match.groups()
    return ResponseStartLine(f"HTTP/1.{minor}", int(code), reason or "")


def parse_field_line(line: str) -> tuple[str, str]:
    """Split a field line into the canonical name and the value.

    :raises ValueError: it breaks the grammar.
    """
    match = FIELD_LINE.fullmatch(line)
    if match is None:
        raise ValueError("not a field line")
    name, value = match.groups()
    return canonical_names[name], value.rstrip(" \t")


def begin_line(name: str) -> str:
    """Return the beginning of the line of a field that goes out, empty for one that takes more care."""
    if name in _CAREFUL or TOKEN_TEXT.fullmatch(name) is None:
        return ""
    return f"{name}: "


_line_starts = BoundedCache(begin_line, max_entries=MAX_LINES, max_key_length=MAX_LINE_LENGTH)

#: Status, reason, and the names and values of the first fields.
_Key: TypeAlias = tuple[int, str, tuple[str, ...], tuple[Any, ...]]


class ComposedHeads(BoundedCache[_Key, str]):
    """Status lines with the first field lines after them, by what they were composed of."""

    def __init__(self) -> None:
        super().__init__(max_entries=MAX_HEADS)

    def compose(self, code: int, reason: str, fields: Fields) -> str:
        """Return a status line and field lines, without the empty line that follows them.

        :returns: an empty text if this response needs more care: it is framed in another way, its
            beginning sets a cookie for one client alone, or it is wrong.
        """
        names, values = (*fields,), (*fields.values(),)
        key = (code, reason, names[:COMMON_FIELDS], values[:COMMON_FIELDS])
        try:
            head = self.get(key) or self._compose_beginning(key, fields)
        except TypeError:  # a repeated field has a list of values, which cannot be a key
            return ""
        others = names[COMMON_FIELDS:]
        if not others or not head:
            return head
        # What is printable has no control characters, and nothing above U+00FF can be encoded: there is
        # no need to search a value. Other values, tabs among them, take the long way.
        if others == _VALIDATOR:  # as in most responses
            etag = values[COMMON_FIELDS]
            if etag.__class__ is str and etag.isprintable():
                return f"{head}Etag: {etag}\r\n"
        lines = head
        for name, value in zip(others, values[COMMON_FIELDS:], strict=True):
            start = _line_starts[name]
            if not start or value.__class__ is not str or not value.isprintable():
                return _append_fields(head, {name: fields[name] for name in others})
            lines = f"{lines}{start}{value}\r\n"
        return lines

    def _compose_beginning(self, key: _Key, fields: Fields) -> str:
        code, reason, names, values = key
        # Other types have values that are equal to a number or a text, and look different.
        is_plain = code.__class__ is int and {*map(type, (reason, *names, *values))} == {str}
        if not is_plain or not 200 <= code != 204 or code == 304:
            return ""
        if REASON_TEXT.fullmatch(reason) is None:
            return ""
        line = f"HTTP/1.1 {code} {reason}\r\n"
        if "Set-Cookie" in names:
            return ""
        head = _append_fields(line, {name: fields[name] for name in names})
        if 0 < len(head) <= MAX_HEAD_LENGTH:
            self.add(key, head)
        return head


def _append_fields(head: str, fields: Fields) -> str:
    """Append field lines to a head; return an empty text where that takes more care."""
    if not _CAREFUL.isdisjoint(fields):
        return ""
    try:
        return head + encode_fields(fields)
    except HTTPOutputError:
        return ""
