"""The kinds of reads, as pure objects without a socket or a loop.

A request looks at a `.ReadBuffer` whenever that has grown, and either takes its result out of it or
waits for more. It does not know who waits for the result. It remembers how far it has searched, so
the cost is linear in the number of bytes, however they are split.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol

from ._errors import UnsatisfiableReadError

if TYPE_CHECKING:
    from ._read_buffer import ReadBuffer


_NO_SPACE = memoryview(b"")


class ReadRequest(Protocol):
    """What one read asks for."""

    def take_whole(self, data: bytes) -> bytes | None:
        """Return ``data`` if these first bytes are exactly the result, as they are for most messages.

        They need not go through the buffer then.
        """

    def take(self, buffer: ReadBuffer) -> bytes | int | None:
        """Take the result out of the buffer.

        :returns: the result, or None to wait for more.
        :raises UnsatisfiableReadError: if no further byte can satisfy the request.
        """

    def take_last(self, buffer: ReadBuffer) -> bytes | int | None:
        """Take what there is as the result, because the stream has ended."""


class _Request:
    __slots__ = ()

    def take_whole(self, data: bytes) -> bytes | None:
        return None

    def take(self, buffer: ReadBuffer) -> bytes | None:
        raise NotImplementedError

    def take_last(self, buffer: ReadBuffer) -> bytes | None:
        return self.take(buffer)


class ReadBytes(_Request):
    """A count of bytes, or with ``partial`` as many as there are up to that count.

    It has no state, so the next read may change and reuse it.
    """

    __slots__ = ("count", "partial")

    def __init__(self, count: int, partial: bool) -> None:
        self.count = count
        self.partial = partial

    def take_whole(self, data: bytes) -> bytes | None:
        size = len(data)
        return data if size == self.count or (self.partial and size < self.count) else None

    def take(self, buffer: ReadBuffer) -> bytes | None:
        size = buffer.size
        if size >= self.count:
            return buffer.take(self.count)
        return buffer.take(size) if self.partial and size else None


class ReadUntil(_Request):
    r"""Everything up to and including a delimiter.

    >>> from tornado.iostream._read_buffer import ReadBuffer
    >>> buffer, request = ReadBuffer(), ReadUntil(b"\r\n", max_bytes=100)
    >>> buffer.append(b"Host: a\r")
    >>> request.take(buffer)
    >>> buffer.append(b"\nAccept: */*")
    >>> request.take(buffer)
    b'Host: a\r\n'
    """

    __slots__ = ("delimiter", "max_bytes", "searched")

    def __init__(self, delimiter: bytes, max_bytes: int | None) -> None:
        self.delimiter = delimiter
        self.max_bytes = max_bytes
        self.searched = 0

    def take_whole(self, data: bytes) -> bytes | None:
        size = len(data)
        if self.max_bytes is not None and size > self.max_bytes:
            return None
        found = data.find(self.delimiter)
        return data if found >= 0 and found + len(self.delimiter) == size else None

    def take(self, buffer: ReadBuffer) -> bytes | None:
        block = buffer.block()
        found = block.find(self.delimiter, self.searched)
        end = len(block) if found < 0 else found + len(self.delimiter)
        if self.max_bytes is not None and end > self.max_bytes:
            message = f"delimiter {self.delimiter!r} not found within {self.max_bytes} bytes"
            raise UnsatisfiableReadError(message)
        if found >= 0:
            return buffer.take(end)
        self.searched = max(0, len(block) - len(self.delimiter) + 1)
        return None


class ReadUntilRegex(_Request):
    """Everything up to and including the first match of a pattern.

    A pattern of bounded width is searched once over every byte. A pattern without such a bound
    (``.*``, lookahead) may match from the very start at any time, so it is tried on everything
    that is buffered whenever bytes arrive: give ``max_bytes`` with these.
    """

    __slots__ = ("max_bytes", "pattern", "searched", "width")

    def __init__(self, pattern: re.Pattern[bytes], max_bytes: int | None) -> None:
        self.pattern = pattern
        self.max_bytes = max_bytes
        self.width = longest_match(pattern)
        self.searched = 0

    def take(self, buffer: ReadBuffer) -> bytes | None:
        block = buffer.block()
        found = self.pattern.search(block, self.searched)
        end = len(block) if found is None else found.end()
        matched = found is not None
        del found  # it exports the block, which cannot shrink until then
        if self.max_bytes is not None and end > self.max_bytes:
            message = f"pattern {self.pattern.pattern!r} not found within {self.max_bytes} bytes"
            raise UnsatisfiableReadError(message)
        if matched:
            return buffer.take(end)
        if self.width is not None:
            self.searched = max(0, len(block) - self.width + 1)
        return None


class ReadUntilClose(_Request):
    """Everything until the stream ends."""

    __slots__ = ()

    def take(self, buffer: ReadBuffer) -> None:
        return None

    def take_last(self, buffer: ReadBuffer) -> bytes:
        return buffer.take(buffer.size) if buffer.size else b""


class ReadInto:
    """Bytes that go straight into the caller's buffer, which is released once it is filled."""

    __slots__ = ("filled", "partial", "target")

    def __init__(self, target: memoryview, partial: bool) -> None:
        self.target = target
        self.partial = partial
        self.filled = 0

    def take_whole(self, data: bytes) -> None:
        return None

    def take(self, buffer: ReadBuffer) -> int | None:
        count = min(buffer.size, len(self.target) - self.filled)
        if count:
            self.space()[:count] = buffer.take(count)
        return self.add(count)

    def space(self) -> memoryview:
        """Return the part of the caller's buffer that is still to be filled."""
        return self.target[self.filled :]

    def add(self, count: int) -> int | None:
        """Count bytes that were put there.

        :returns: the size once it is enough, otherwise None.
        """
        self.filled += count
        if self.filled == len(self.target) or (self.partial and self.filled):
            self.target = _NO_SPACE
            return self.filled
        return None

    def take_last(self, buffer: ReadBuffer) -> int | None:
        return self.take(buffer)


#: Parts of a pattern that look at bytes outside the match: whether they hold can change with bytes
#: that arrive later, although the match itself has a bounded width.
_LOOKING_AROUND = frozenset({"ASSERT", "ASSERT_NOT", "AT"})


@lru_cache(maxsize=256)
def longest_match(pattern: re.Pattern[bytes]) -> int | None:
    """Return the greatest length, in bytes, that a match can have.

    A search that failed need not look again at bytes farther than that before the end.

    :returns: at least 1; None if there is no bound, or if the pattern looks around itself.
    """
    parser = getattr(re, "_parser", None)
    if parser is None:
        return None
    parsed = parser.parse(pattern.pattern, pattern.flags)
    if _looks_around(parsed):
        return None
    width: int = parsed.getwidth()[1]
    # The parser says "no bound" by a number of its own that no buffer reaches.
    return max(1, width) if width < 1 << 20 else None


def _looks_around(node: Any) -> bool:
    """Search the nested lists and tuples of a parsed pattern."""
    if str(node) in _LOOKING_AROUND:
        return True
    if isinstance(node, (list, tuple)) or type(node).__name__ == "SubPattern":
        return any(_looks_around(part) for part in node)
    return False
