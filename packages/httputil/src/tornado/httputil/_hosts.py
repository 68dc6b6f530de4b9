"""Hosts and ports: RFC 3986 section 3.2."""

from __future__ import annotations

import re
from functools import lru_cache

from tornado.util import shortened

from ._errors import HTTPInputError

_WITH_PORT = r"(?s:(.+)):([0-9]+)"

# host = IP-literal / IPv4address / reg-name; reg-name = *( unreserved / pct-encoded / sub-delims )
# A comma is a sub-delim, but here it means that two Host lines were joined. [ ":" port ] follows.
_NAME = r"(?:[0-9A-Za-z._~!$&'()*+;=-]|%[0-9A-Fa-f]{2})"
_PORT = r"(?::([0-9]*))?"
_NAMED_HOST = rf"{_NAME}+{_PORT}"

# IP-literal = "[" ( IPv6address / IPvFuture ) "]". The address is checked elsewhere. A zone may follow
# it (RFC 6874): clients should cut it off, and not all of them do. IPvFuture has never been used.
_LITERAL_HOST = rf"\[([0-9A-Fa-f:.]+)(?:%25(?:[0-9A-Za-z._~-]|%[0-9A-Fa-f]{{2}})+)?\]{_PORT}"

_LAST_PORT = 65535


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


def is_host(value: str) -> bool:
    """Return whether a text is ``uri-host [ ":" port ]`` with a host that is not empty.

    The grammar is that of RFC 9110 section 7.2 and RFC 3986 section 3.2, without commas in names
    and with ports up to 65535.
    """
    return _port_of(value) is not None


def is_host_with_port(value: str) -> bool:
    """Return whether a text is the target of CONNECT: a host and a port (RFC 9110 section 9.3.6)."""
    return bool((_port_of(value) or "").strip("0"))


def _port_of(value: str) -> str | None:
    """Return the port that follows a host, empty where there is none; None if it is not a host."""
    if value.startswith("["):
        match = re.fullmatch(_LITERAL_HOST, value)
        if match is None or not _is_ipv6(match[1]):
            return None
        port = match[2]
    else:
        match = re.fullmatch(_NAMED_HOST, value)
        if match is None:
            return None
        port = match[1]
    if not port:
        return ""
    digits = port.lstrip("0")
    return port if len(digits) <= 5 and int(digits or 0) <= _LAST_PORT else None


def _is_ipv6(text: str) -> bool:
    from socket import AF_INET6, inet_pton  # only hosts that are addresses need it

    try:
        inet_pton(AF_INET6, text)
    except OSError:
        return False
    return True


@lru_cache(maxsize=256)
def checked_host(value: str) -> str:
    """Return the value of a ``Host`` field, unchanged.

    :raises HTTPInputError: it has characters that a host cannot have, or names several hosts.
    """
    if value and not is_host(value):
        if "," in value:
            raise HTTPInputError(f"Multiple host headers not allowed: {shortened(value)}")
        raise HTTPInputError(f"Invalid Host header: {shortened(value)}")
    return value
