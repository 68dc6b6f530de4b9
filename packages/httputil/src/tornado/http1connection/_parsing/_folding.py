"""Folded lines in the heads of responses (RFC 9112 section 5.2)."""

from __future__ import annotations

#: Fields that say where the body ends. A reader that does not unfold sees another end.
_FRAMING = ("content-length", "transfer-encoding")


def unfold(head: str) -> str | None:
    """Return the head of a response with each fold replaced by a space.

    A user agent has to do so; a server refuses such a request.

    :returns: None if there is no fold, or one that must not be replaced: right after the start line
        (RFC 9112 section 2.2), or in a field that frames the body.
    """
    start_line, *lines = head.split("\r\n")
    fields: list[list[str]] = []
    for line in lines:
        if not line.startswith((" ", "\t")):
            fields.append([line.rstrip(" \t")])
        elif not fields or fields[-1][0].lower().startswith(_FRAMING):
            return None
        else:
            fields[-1].append(line.strip(" \t"))
    if len(fields) == len(lines):
        return None
    return "\r\n".join([start_line, *[" ".join(filter(None, field)) for field in fields]])
