"""The opening handshake (RFC 6455 section 4), without a socket.

Header fields come as a mapping whose ``get`` does not mind case, such as
`tornado.httputil.HTTPHeaders`; fields that were repeated are joined with commas.
"""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from hashlib import sha1
from os import urandom

from .._errors import HandshakeError, MisuseError
from ._extension import Agreement, DeflateSettings, check_acceptance, make_offer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: RFC 6455 section 1.3
_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

VERSION = "13"


def accept_value(key: str) -> str:
    """Return the ``Sec-WebSocket-Accept`` that proves that a key was read.

    >>> accept_value("dGhlIHNhbXBsZSBub25jZQ==")
    's3pPLMBiTxaQ9kYGzzhZRbK+xOo='
    """
    digest = sha1(key.encode("latin-1") + _GUID, usedforsecurity=False).digest()
    return b64encode(digest).decode("ascii")


def new_key() -> str:
    """Return a ``Sec-WebSocket-Key``: 16 random bytes in base64."""
    return b64encode(urandom(16)).decode("ascii")


def _has_token(value: str | None, token: str) -> bool:
    """Return true if a list of tokens has this one, in any case."""
    return value is not None and any(part.strip().lower() == token for part in value.split(","))


def check_request(method: str, version: str, headers: Mapping[str, str]) -> str:
    """Check what a client asks for (RFC 6455 section 4.2.1).

    The origin is not looked at: whom to let in is the program's decision.

    :param version: of HTTP, such as ``"HTTP/1.1"``.
    :returns: its ``Sec-WebSocket-Key``.
    :raises HandshakeError: it is not an opening handshake, with the status to answer.
    """
    if method != "GET":
        raise HandshakeError("the method of an opening handshake is GET", status=405)
    if version < "HTTP/1.1":
        raise HandshakeError("an opening handshake needs HTTP/1.1")
    if not _has_token(headers.get("Upgrade"), "websocket"):
        raise HandshakeError('Can "Upgrade" only to "WebSocket".')
    if not _has_token(headers.get("Connection"), "upgrade"):
        raise HandshakeError('"Connection" must be "Upgrade".')
    if headers.get("Sec-WebSocket-Version") != VERSION:
        raise HandshakeError(
            f"Sec-WebSocket-Version has to be {VERSION}",
            status=426,
            headers={"Sec-WebSocket-Version": VERSION},
        )
    key = headers.get("Sec-WebSocket-Key") or ""
    try:
        is_valid = len(key) == 24 and len(b64decode(key, validate=True)) == 16
    except (binascii.Error, ValueError):
        is_valid = False
    if not is_valid:
        raise HandshakeError("Sec-WebSocket-Key has to be 16 bytes in base64")
    return key


def requested_subprotocols(headers: Mapping[str, str]) -> list[str]:
    """Return the subprotocols that a client would like, the best first."""
    value = headers.get("Sec-WebSocket-Protocol") or ""
    return [name for part in value.split(",") if (name := part.strip())]


def request_headers(
    key: str, *, subprotocols: Sequence[str] = (), deflate: DeflateSettings | None = None
) -> dict[str, str]:
    """Return the fields that make a GET request an opening handshake (RFC 6455 section 4.1)."""
    headers = {
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Key": key,
        "Sec-WebSocket-Version": VERSION,
    }
    if subprotocols:
        if len({*subprotocols}) < len(subprotocols):
            raise MisuseError(f"a subprotocol is named twice: {', '.join(subprotocols)}")
        headers["Sec-WebSocket-Protocol"] = ", ".join(subprotocols)
    if deflate is not None:
        headers["Sec-WebSocket-Extensions"] = make_offer(deflate)
    return headers


def check_response(
    status: int,
    headers: Mapping[str, str],
    *,
    key: str,
    subprotocols: Sequence[str] = (),
    deflate: DeflateSettings | None = None,
) -> tuple[str | None, Agreement | None]:
    """Check what a server answered (RFC 6455 section 4.1).

    :param key: the one that was sent, and so on for what was offered.
    :returns: the subprotocol and the compression that the server chose.
    :raises HandshakeError: the server refused, or its answer is not one to this request.
    """
    if status != 101:
        raise HandshakeError(f"the server refused to upgrade, with status {status}", status=status)
    if not _has_token(headers.get("Upgrade"), "websocket"):
        raise HandshakeError("the server's Upgrade is not websocket", status=status)
    if not _has_token(headers.get("Connection"), "upgrade"):
        raise HandshakeError("the server's Connection has no upgrade in it", status=status)
    if headers.get("Sec-WebSocket-Accept") != accept_value(key):
        raise HandshakeError("the server's Sec-WebSocket-Accept is wrong", status=status)
    chosen = headers.get("Sec-WebSocket-Protocol")
    if chosen is not None and chosen not in subprotocols:
        raise HandshakeError(
            f"the server chose a subprotocol that was not offered: {chosen[:60]!r}", status=status
        )
    agreement = check_acceptance(headers.get("Sec-WebSocket-Extensions") or "", deflate)
    return chosen, agreement
