"""Addresses as proxies write them: with a port, in brackets, as a name, or not at all."""

from __future__ import annotations

import re
import socket

#: IPv4 with a port, or IPv6 in brackets with or without one (RFC 7239 section 6, and the same in
#: X-Forwarded-For). A bare IPv6 address has more than one colon and is no match.
_NODE = re.compile(r"(?:([0-9.]+)|\[([0-9A-Fa-f:.]+)\])(?::[0-9]{1,5})?", re.ASCII)


def parse_node(text: str) -> str | None:
    """Give the IP address of a node, without brackets and port.

    :return: ``None`` for whatever is no address: ``unknown``, ``_hidden``, a name, an empty text, and
        also ``127.1`` or ``0x7f.0.0.1``, which some programs read as addresses and others do not.
    """
    text = text.strip(" \t")
    match = _NODE.fullmatch(text)
    if match is not None:
        text = match[1] or match[2]
    try:
        socket.inet_pton(socket.AF_INET6 if ":" in text else socket.AF_INET, text)
    except (OSError, ValueError):
        return None
    return text
