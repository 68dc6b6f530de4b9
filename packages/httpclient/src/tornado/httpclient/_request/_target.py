"""URLs, taken apart for the wire."""

from __future__ import annotations

import re
import socket
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote, unquote

#: scheme "://" authority path "?" query "#" fragment (RFC 3986 appendix B), for the two schemes
#: that are fetched. Controls, spaces and backslashes are in none of the parts.
_URL = re.compile(
    r"(?P<scheme>https?)://"
    r"(?:(?P<user>[^\x00-\x20\x7f/?#@\\\[\]]*)@)?"
    r"(?P<host>\[[0-9A-Fa-f:.]+(?:%25[0-9A-Za-z._~\-]+)?\]|[^\x00-\x20\x7f/?#@:\[\]\\<>^|%]+)"
    r"(?::(?P<port>[0-9]{0,5}))?"
    r"(?P<path>/[^\x00-\x20\x7f?#]*)?"
    r"(?P<query>\?[^\x00-\x20\x7f#]*)?"
    r"(?:#[^\x00-\x20\x7f]*)?",
    re.IGNORECASE,
)

#: Hosts that C libraries read as an IPv4 address although they are not written like one.
_NUMBER = re.compile(r"(?:.*\.)?(?:0[xX][0-9A-Fa-f]*|[0-9]+)\.?")

_PORTS = {"http": 80, "https": 443}
_ASCII = "".join(map(chr, range(0x21, 0x7F)))


class Target(NamedTuple):
    """Where a request goes.

    ``host`` is what is looked up and verified (an IPv6 address without brackets), ``authority`` is
    the value of the Host field, ``path`` is the path and query that go into the request line.
    ``origin`` is scheme, host and port: who may see what was meant for whom (RFC 6454).
    """

    scheme: str
    host: str
    port: int
    authority: str
    path: str
    username: str | None
    password: str | None
    origin: tuple[str, str, int]


def address_of(host: str, port: int | None) -> str:
    """Return a host and a port in one text, as messages show them."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


@lru_cache(maxsize=512)
def parse_target(url: str) -> Target:
    """Take a URL apart.

    What is outside of ASCII is encoded: the host by IDNA, the rest as UTF-8 in percent signs.

    :raises ValueError: it is no http or https URL, has controls or spaces, or its host is a number
        that only some readers take for an address.
    """
    match = _URL.fullmatch(url)
    if match is None:
        raise ValueError(_complaint(url))
    scheme = match["scheme"].lower()
    host = match["host"].lower()
    if not host.isascii():
        host = _to_idna(host)
    _check_number(host)
    port = int(match["port"] or _PORTS[scheme])
    if not 0 < port < 65536:
        raise ValueError(f"bad port {port} in the URL {shown(url)}")
    authority = host if port == _PORTS[scheme] else f"{host}:{port}"
    path = (match["path"] or "/") + (match["query"] or "")
    if not path.isascii():
        path = quote(path, safe=_ASCII)
    user, password = _split_user(match["user"])
    bare = host[1:-1].replace("%25", "%", 1) if host[0] == "[" else host
    return Target(scheme, bare, port, authority, path, user, password, (scheme, bare, port))


def shown(url: str) -> str:
    """Give a URL for a message: without a password, escaped, shortened."""
    bare = re.sub(r"//[^/?#@]*@", "//...@", url)
    return ascii(bare if len(bare) <= 100 else bare[:100] + "...")


def _complaint(url: str) -> str:
    scheme = re.match(r"([A-Za-z][A-Za-z0-9+.\-]*):", url)
    if scheme is not None and scheme[1].lower() not in _PORTS:
        return f"Unsupported url scheme: {shown(url)}: http and https are fetched"
    if re.search(r"[\x00-\x20\x7f]", url):
        return f"control character or space in the URL {shown(url)}: percent-encode it"
    return f"no valid http or https URL: {shown(url)}"


def _to_idna(host: str) -> str:
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise ValueError(f"no valid host name: {host!a}") from error


def _check_number(host: str) -> None:
    """Refuse ``127.1``, ``0x7f000001`` and their like: a filter and the resolver read them apart."""
    if _NUMBER.fullmatch(host):
        try:
            socket.inet_pton(socket.AF_INET, host)
        except OSError:
            raise ValueError(
                f"{shown(host)} is a number but no IPv4 address: write it as four decimal numbers"
            ) from None


def _split_user(user: str | None) -> tuple[str | None, str | None]:
    if not user:
        return None, None
    name, _, password = user.partition(":")
    return unquote(name), unquote(password)
