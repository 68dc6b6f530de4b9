"""The PROXY protocol, versions 1 and 2: the header alone, without a socket.

A proxy that passes on bytes and not requests sends a header first, which says whose bytes they
are. The description is https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt. ``feed`` takes the bytes
that came and returns how many of them belong to the header: no byte after the header may be taken
from the socket, because it may be the beginning of a TLS handshake.
"""

from __future__ import annotations

import re
import socket
import struct

_SIGNATURE = b"\r\n\r\n\x00\r\nQUIT\n"
_FIXED_PART = 16

#: The longest header of version 1, its CRLF included (section 2.1).
_LONGEST_LINE = 107

#: The longest rest of a header of version 2 that is taken: addresses and some extensions.
_LONGEST_REST = 2048

# No leading zeros, as the section demands: other readers take such numbers for octal ones.
_LINE = re.compile(
    rb"PROXY (?:UNKNOWN(?: [\x20-\x7e]*)?"
    rb"|(TCP4|TCP6) ([0-9A-Fa-f.:]+) ([0-9A-Fa-f.:]+) (0|[1-9][0-9]{0,4}) (0|[1-9][0-9]{0,4}))\r\n"
)

_LOCAL, _PROXY = 0x20, 0x21
_FAMILIES = {0x11: (socket.AF_INET, 4), 0x21: (socket.AF_INET6, 16)}

Address = tuple[str, int] | tuple[str, int, int, int]


class ProxyHeaderError(Exception):
    """Bytes at the beginning of a connection that are not a header of the PROXY protocol."""


class ProxyHeader:
    """One header, as it arrives.

    When ``done`` is true, ``source`` is the client's address in the form of ``socket.accept``,
    or ``None`` if the proxy speaks for itself (a health check) or does not know it.
    """

    def __init__(self) -> None:
        self.done = False
        self.source: Address | None = None
        self._data = b""

    def feed(self, data: bytes) -> int:
        """Take the bytes that belong to the header, and return how many they are.

        :raises ProxyHeaderError: this is not such a header.
        """
        before = len(self._data)
        known = self._data + data
        prefix = known[:5]
        if b"PROXY".startswith(prefix) or prefix == b"PROXY":
            taken = self._feed_line(known)
        elif _SIGNATURE.startswith(known[:12]):
            taken = self._feed_binary(known)
        else:
            raise ProxyHeaderError(f"not a PROXY header: {known[:16]!r}")
        self._data = known[:taken]
        return taken - before

    def _feed_line(self, known: bytes) -> int:
        end = known.find(b"\r\n", 0, _LONGEST_LINE)
        if end < 0:
            if len(known) >= _LONGEST_LINE:
                raise ProxyHeaderError(f"a PROXY line without an end: {known[:_LONGEST_LINE]!r}")
            return len(known)
        line = known[: end + 2]
        match = _LINE.fullmatch(line)
        if match is None:
            raise ProxyHeaderError(f"bad PROXY line: {line!r}")
        if match[1]:
            family = socket.AF_INET if match[1] == b"TCP4" else socket.AF_INET6
            for text in match[2], match[3]:
                _packed(family, text)
            self.source = _address(family, match[2].decode("ascii"), int(match[4]))
        self.done = True
        return len(line)

    def _feed_binary(self, known: bytes) -> int:
        if len(known) < _FIXED_PART:
            return len(known)
        length: int
        command, kind, length = struct.unpack_from("!BBH", known, len(_SIGNATURE))
        if command not in (_LOCAL, _PROXY) or length > _LONGEST_REST:
            raise ProxyHeaderError(f"bad PROXY header: {known[:_FIXED_PART]!r}")
        whole = _FIXED_PART + length
        if len(known) < whole:
            return len(known)
        if command == _PROXY and kind in _FAMILIES:
            family, size = _FAMILIES[kind]
            if length < 2 * size + 4:
                raise ProxyHeaderError(f"a PROXY header of {length} bytes is too short")
            host = socket.inet_ntop(family, known[_FIXED_PART : _FIXED_PART + size])
            port: int = struct.unpack_from("!H", known, _FIXED_PART + 2 * size)[0]
            self.source = _address(family, host, port)
        self.done = True
        return whole


def _packed(family: socket.AddressFamily, text: bytes) -> bytes:
    try:
        return socket.inet_pton(family, text.decode("ascii"))
    except OSError as error:
        raise ProxyHeaderError(f"bad address in a PROXY line: {text!r}") from error


def _address(family: socket.AddressFamily, host: str, port: int) -> Address:
    if port > 65535:
        raise ProxyHeaderError(f"bad port in a PROXY line: {port}")
    return (host, port) if family == socket.AF_INET else (host, port, 0, 0)
