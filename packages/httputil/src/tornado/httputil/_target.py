"""The request target: RFC 9112 section 3.2."""

from __future__ import annotations

_SCHEMES = ("http://", "https://")


def authority_of(target: str) -> str | None:
    """Return ``host[:port]`` of a target that is an absolute URL, None for any other form."""
    if not target or target[0] == "/" or not target.lower().startswith(_SCHEMES):
        return None
    rest = target.partition("://")[2]
    for index, char in enumerate(rest):
        if char in "/?#":
            return rest[:index]
    return rest


def origin_form(target: str) -> str:
    """Return path and query of a target, which begin with a slash unless it is ``*`` or a host."""
    authority = authority_of(target)
    if authority is None:
        return target
    rest = target.partition("://")[2][len(authority) :]
    return rest if rest.startswith("/") else "/" + rest
