"""What trusted proxies say about the client.

A field such as ``X-Forwarded-For`` can be sent by anybody. Only one kind of
fields is read, and only if that was asked for: the kind that the proxy is known to write. The other
may come from the client, through a proxy that does not know it, and is ignored. The list of
addresses is read from the right: each must be a known proxy for the one left of it to be believed.
"""

from __future__ import annotations

import re
import socket
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Container

    from tornado.httputil import HTTPHeaders

_HOST = re.compile(r"(?:\[[0-9A-Fa-f:.]+\]|[0-9A-Za-z\-._~]+)(?::[0-9]{1,5})?", re.ASCII)
_PORT = re.compile(r"[0-9]{1,5}", re.ASCII)
#: IPv4 with a port, or IPv6 in brackets with or without one (RFC 7239 section 6, and the same in
#: X-Forwarded-For). A bare IPv6 address has more than one colon and does not match.
_NODE = re.compile(r"(?:([0-9.]+)|\[([0-9A-Fa-f:.]+)\])(?::[0-9]{1,5})?", re.ASCII)

_DEFAULT_PORTS = {"http": "80", "https": "443"}


class _Context(Protocol):
    remote_ip: str
    protocol: str
    address: Any


class ForwardedPolicy:
    """Which fields of which proxies are believed.

    :param trusted: addresses of proxies. With a list, a peer that is not in it is not believed,
        unless it is on this machine: loopback, or a Unix socket.
    :param is_rfc7239: read ``Forwarded`` instead of the ``X-`` fields.
    :param with_host: let the proxy name the host that the client asked for.
    """

    def __init__(
        self,
        trusted: Container[str] | None = None,
        *,
        is_rfc7239: bool = False,
        with_host: bool = False,
    ) -> None:
        self._trusted = trusted
        self._with_host = with_host
        self._read = read_forwarded if is_rfc7239 else read_x_fields

    def apply(self, context: _Context, headers: HTTPHeaders) -> None:
        """Put into the context of a request what the proxies say in its fields."""
        if not self._is_believed(context):
            return
        address, protocol, host = self._read(headers, self._trusted or ())
        if address is not None:
            context.remote_ip = address
        if protocol in _DEFAULT_PORTS:
            context.protocol = protocol
        if self._with_host and host and _HOST.fullmatch(host):
            headers["Host"] = host

    def _is_believed(self, context: _Context) -> bool:
        if self._trusted is None or not isinstance(context.address, tuple):
            return True
        from ._networks import is_loopback

        peer = context.address[0]
        return peer in self._trusted or is_loopback(peer)


_Claims = tuple[str | None, str, str]


def read_x_fields(headers: HTTPHeaders, trusted: Container[str]) -> _Claims:
    """Read address, protocol and host from the ``X-`` fields.

    The address is ``X-Real-Ip``, or else the rightmost one of ``X-Forwarded-For`` that is not a
    known proxy; the protocol is ``X-Scheme``, or else the last ``X-Forwarded-Proto``.
    """
    if "X-Real-Ip" in headers:
        address = parse_node(headers["X-Real-Ip"])
    else:
        address = rightmost_untrusted(headers.get("X-Forwarded-For", "").split(","), trusted)
    protocol = _last(headers.get("X-Scheme") or headers.get("X-Forwarded-Proto", "")).lower()
    host = _last(headers.get("X-Forwarded-Host", ""))
    port = _last(headers.get("X-Forwarded-Port", ""))
    if host and _PORT.fullmatch(port) and port != _DEFAULT_PORTS.get(protocol):
        host = f"{re.sub(':[0-9]*$', '', host)}:{port}"
    return address, protocol, host


def read_forwarded(headers: HTTPHeaders, trusted: Container[str]) -> _Claims:
    """Read address, protocol and host from ``Forwarded`` (RFC 7239).

    They come from one element: that of the outermost proxy that can be believed.
    """
    from ._rfc7239 import parse_forwarded

    elements = parse_forwarded(headers.get("Forwarded", ""))
    address = None
    claims: dict[str, str] = {}
    for element in reversed(elements):
        node = parse_node(element.get("for", ""))
        if node is None and claims:
            break
        address, claims = node, element
        if node is None or node not in trusted:
            break
    return address, claims.get("proto", "").lower(), claims.get("host", "")


def rightmost_untrusted(nodes: list[str], trusted: Container[str]) -> str | None:
    """Read a list of nodes from the right, as long as they are known proxies.

    :returns: the first that is not known, or the last of those that are; ``None`` if there is none.
    """
    address = None
    for node in reversed(nodes):
        found = parse_node(node)
        if found is None:
            break
        address = found
        if found not in trusted:
            break
    return address


def _last(value: str) -> str:
    return value.rpartition(",")[2].strip()


def parse_node(text: str) -> str | None:
    """Return the IP address of a node, without brackets and port.

    :returns: ``None`` for what is not an address: ``unknown``, ``_hidden``, a name, an empty text, and
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
