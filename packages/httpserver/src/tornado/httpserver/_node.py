"""Addresses as proxies write them: with a port, in brackets, as a name, or not at all."""

from __future__ import annotations

import re

from tornado.netutil import is_valid_ip

#: IPv4 with a port, or IPv6 in brackets with or without one (RFC 7239 section 6, and the same in
#: X-Forwarded-For). A bare IPv6 address has more than one colon and is no match.
_NODE = re.compile(r"(?:([0-9.]+)|\[([0-9A-Fa-f:.]+)\])(?::[0-9]{1,5})?", re.ASCII)


def parse_node(text: str) -> str | None:
    """Give the IP address of a node, without brackets and port.

    :return: ``None`` for whatever is no address: ``unknown``, ``_hidden``, a name, an empty text.
    """
    text = text.strip(" \t")
    match = _NODE.fullmatch(text)
    if match is not None:
        text = match[1] or match[2]
    return text if is_valid_ip(text) else None
