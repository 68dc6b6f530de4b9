"""Compose the bytes of one request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True)
class Request:
    """A head and the start of a body, then `piece` as many times as `repeat` says.

    A body that is too large to hold is described by its piece; every other request has none.
    """

    start: bytes
    piece: bytes = b""
    repeat: int = 0

    @property
    def size(self) -> int:
        """The number of bytes that go over the wire."""
        return len(self.start) + len(self.piece) * self.repeat


def compose(
    method: str,
    target: str,
    fields: Iterable[tuple[str, str]],
    *,
    body: bytes = b"",
    repeat: int = 1,
) -> Request:
    """Return a request whose body is `body`, `repeat` times.

    Content-Length is added wherever there is a body or the method usually has one (RFC 9110
    section 8.6); everything else is the caller's.
    """
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in fields)]
    if body or method in {"POST", "PUT", "PATCH"}:
        lines.append(f"Content-Length: {len(body) * repeat}")
    head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
    if repeat == 1:
        return Request(head + body)
    return Request(head, body, repeat)
