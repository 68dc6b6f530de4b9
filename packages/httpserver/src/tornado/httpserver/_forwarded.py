"""What trusted proxies say about the client.

A field such as ``X-Forwarded-For`` can be sent by anybody. One family of fields is read, and only
where that was asked for: the one that the proxy is known to write. The other one may come from the
client, through a proxy that does not know it, and is never looked at. The list of addresses is
walked from the right: each must be a known proxy for the one left of it to be believed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Protocol

from ._node import parse_node

if TYPE_CHECKING:
    from collections.abc import Container

    from tornado.httputil import HTTPHeaders

_HOST = re.compile(r"(?:\[[0-9A-Fa-f:.]+\]|[0-9A-Za-z\-._~]+)(?::[0-9]{1,5})?", re.ASCII)
_PORT = re.compile(r"[0-9]{1,5}", re.ASCII)
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


_Said = tuple[str | None, str, str]


def read_x_fields(headers: HTTPHeaders, trusted: Container[str]) -> _Said:
    """Read address, protocol and host from the ``X-`` fields.

    The address is ``X-Real-Ip``, or else the rightmost one of ``X-Forwarded-For`` that is no known
    proxy; the protocol is ``X-Scheme``, or else the last ``X-Forwarded-Proto``.
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


def read_forwarded(headers: HTTPHeaders, trusted: Container[str]) -> _Said:
    """Read address, protocol and host from ``Forwarded`` (RFC 7239).

    They are those of one element, that of the outermost proxy that can be believed.
    """
    from ._rfc7239 import parse_forwarded

    elements = parse_forwarded(headers.get("Forwarded", ""))
    address = None
    said: dict[str, str] = {}
    for element in reversed(elements):
        node = parse_node(element.get("for", ""))
        if node is None and said:
            break
        address, said = node, element
        if node is None or node not in trusted:
            break
    return address, said.get("proto", "").lower(), said.get("host", "")


def rightmost_untrusted(nodes: list[str], trusted: Container[str]) -> str | None:
    """Walk a list of nodes from the right, as far as they are known proxies.

    :return: the first that is not known, or the last of those that are; ``None`` if there is none.
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
