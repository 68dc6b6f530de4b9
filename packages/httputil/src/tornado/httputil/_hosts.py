"""Hosts and ports: RFC 3986 section 3.2."""

from __future__ import annotations

import re

from ._errors import HTTPInputError, shown

_with_port = re.compile(r"(.+):([0-9]+)", re.DOTALL).fullmatch

# host = IP-literal / IPv4address / reg-name; reg-name = *( unreserved / pct-encoded / sub-delims )
# A comma is a sub-delim, but here it means that two Host lines were joined. [ ":" port ] follows.
_host = re.compile(
    r"(?:\[[0-9A-Za-z:.~_!$&'()*+;=%-]+\]|(?:[0-9A-Za-z._~!$&'()*+;=-]|%[0-9A-Fa-f]{2})*)(?::[0-9]*)?"
).fullmatch


def split_host_and_port(netloc: str) -> tuple[str, int | None]:
    """Split ``host:port`` at the last colon; the port is None where there is none.

    >>> split_host_and_port("example.com:80")
    ('example.com', 80)
    >>> split_host_and_port("[::1]")
    ('[::1]', None)

    .. versionadded:: 1.0
    """
    match = _with_port(netloc)
    if match is None:
        return netloc, None
    return match[1], int(match[2])


def checked_host(value: str) -> str:
    """Return the value of a ``Host`` field when it is one.

    :raises HTTPInputError: when it holds characters that no host has, or several hosts.
    """
    if _host(value) is None:
        what = "multiple hosts in" if "," in value else "invalid"
        raise HTTPInputError(f"{what} header 'Host': {shown(value)}")
    return value
