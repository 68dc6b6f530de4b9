"""Blocks of field lines that were parsed before.

On a kept-alive connection most requests differ in the target alone: a browser, a proxy or an
application's client sends the same fields again and again. What was validated and split once is
looked up by its bytes. The memory is bounded in number and size; a copy of the fields goes out, so
nobody sees what another request does to its headers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ._head import Fields

#: How many blocks are kept, and how long each of them may be, in bytes.
MOST = 256
LONGEST = 1024


class KnownBlocks(dict[bytes, "tuple[Fields, bool]"]):
    """The fields of a block, and whether it lets the connection stay open.

    Only blocks of HTTP/1.1 requests without a body are kept: how long a body is, is decided anew
    for each request.
    """

    def remember(self, block: bytes, fields: Fields, keep_alive: bool) -> None:
        """Keep a block that was found valid; when there are too many, start again."""
        if len(block) <= LONGEST:
            if len(self) >= MOST:
                self.clear()
            self[block] = (fields.copy(), keep_alive)
