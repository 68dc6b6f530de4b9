"""Hosts and ports: RFC 3986 section 3.2."""

from __future__ import annotations

import re
from functools import lru_cache

from ._errors import HTTPInputError, shown

_WITH_PORT = r"(?s:(.+)):([0-9]+)"

# host = IP-literal / IPv4address / reg-name; reg-name = *( unreserved / pct-encoded / sub-delims )
# A comma is a sub-delim, but here it means that two Host lines were joined. [ ":" port ] follows.
_HOST = r"(?:\[[0-9A-Za-z:.~_!$&'()*+;=%-]+\]|(?:[0-9A-Za-z._~!$&'()*+;=-]|%[0-9A-Fa-f]{2})*)(?::[0-9]*)?"


def split_host_and_port(netloc: str) -> tuple[str, int | None]:
    """Split ``host:port`` at the last colon; the port is None where there is none.

    >>> split_host_and_port("example.com:80")
    ('example.com', 80)
    >>> split_host_and_port("[::1]")
    ('[::1]', None)

    .. versionadded:: 1.0
    """
    match = re.fullmatch(_WITH_PORT, netloc)
    if match is None:
        return netloc, None
    return match[1], int(match[2])


@lru_cache(maxsize=256)
def checked_host(value: str) -> str:
    """Return the value of a ``Host`` field when it is one.

    :raises HTTPInputError: when it holds characters that no host has, or several hosts.
    """
    if re.fullmatch(_HOST, value) is None:
        if "," in value:
            raise HTTPInputError(f"Multiple host headers not allowed: {shown(value)}")
        raise HTTPInputError(f"Invalid Host header: {shown(value)}")
    return value
