"""Where a request goes: the parts of its URL."""

from __future__ import annotations

import re
import socket
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote, unquote

from tornado.util import shortened

#: scheme "://" authority path "?" query "#" fragment (RFC 3986 appendix B), for the two schemes
#: that are fetched. Control characters, spaces and backslashes are not part of any of them.
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

#: Hosts that C libraries read as an IPv4 address, in this form and in others.
_NUMBER = re.compile(r"(?:.*\.)?(?:0[xX][0-9A-Fa-f]*|[0-9]+)\.?")

_PORTS = {"http": 80, "https": 443}
_ASCII = "".join(map(chr, range(0x21, 0x7F)))


class Target(NamedTuple):
    """The parts of a URL that say where a request goes.

    ``host`` is looked up and verified (an IPv6 address without brackets), ``authority`` is the value
    of the Host field, ``path`` is the path and query of the request line. ``origin`` is scheme, host
    and port: credentials for one origin are not sent to another (RFC 6454).
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
    """Return a host and a port as one text, for messages."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


@lru_cache(maxsize=512)
def parse_target(url: str) -> Target:
    """Return the parts of a URL.

    Characters outside ASCII are encoded: in the host by IDNA, in the rest as UTF-8 with percent
    signs.

    :raises ValueError: it is not an http or https URL, it has control characters or spaces, or its
        host is a number that only some readers take for an address.
    """
    match = _URL.fullmatch(url)
    if match is None:
        raise ValueError(_what_is_wrong(url))
    scheme = match["scheme"].lower()
    host = match["host"].lower()
    if not host.isascii():
        host = _to_idna(host)
    _check_number(host)
    port = int(match["port"] or _PORTS[scheme])
    if not 0 < port < 65536:
        raise ValueError(f"bad port {port} in the URL {redact_url(url)}")
    authority = host if port == _PORTS[scheme] else f"{host}:{port}"
    path = (match["path"] or "/") + (match["query"] or "")
    if not path.isascii():
        path = quote(path, safe=_ASCII)
    user, password = _split_user(match["user"])
    bare = host[1:-1].replace("%25", "%", 1) if host[0] == "[" else host
    return Target(scheme, bare, port, authority, path, user, password, (scheme, bare, port))


def redact_url(url: str) -> str:
    """Return a URL for a message: without user and password, escaped and shortened."""
    return shortened(re.sub(r"//[^/?#@]*@", "//...@", url), 100)


def _what_is_wrong(url: str) -> str:
    scheme = re.match(r"([A-Za-z][A-Za-z0-9+.\-]*):", url)
    if scheme is not None and scheme[1].lower() not in _PORTS:
        return f"Unsupported url scheme: {redact_url(url)}: use http or https"
    if re.search(r"[\x00-\x20\x7f]", url):
        return f"control character or space in the URL {redact_url(url)}: percent-encode it"
    return f"not a valid http or https URL: {redact_url(url)}"


def _to_idna(host: str) -> str:
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise ValueError(f"not a valid host name: {host!a}") from error


def _check_number(host: str) -> None:
    """Refuse hosts such as ``127.1`` and ``0x7f000001``.

    A filter may read them in another way than the resolver.
    """
    if _NUMBER.fullmatch(host):
        try:
            socket.inet_pton(socket.AF_INET, host)
        except OSError:
            raise ValueError(
                f"{shortened(host, 100)} is a number but not an IPv4 address: write it as four"
                " decimal numbers"
            ) from None


def _split_user(user: str | None) -> tuple[str | None, str | None]:
    if not user:
        return None, None
    name, _, password = user.partition(":")
    return unquote(name), unquote(password)
