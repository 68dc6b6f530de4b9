"""A connection through a SOCKS proxy (RFC 1928, RFC 1929), with the library socksio."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from tornado.httpclient._errors import HTTPProtocolError

if TYPE_CHECKING:
    from tornado.iostream import IOStream

#: The size of an address by its type: IPv4, IPv6. The size of a name (type 3) comes before it.
_ADDRESS_SIZES = {1: 4, 4: 16}


async def tunnel(
    stream: IOStream, host: str, port: int, username: str | None, password: str
) -> None:
    """Ask a SOCKS proxy to connect to a host.

    :param username: for the proxy; None for a proxy without authentication.
    :raises ImportError: socksio is missing.
    :raises HTTPProtocolError: the proxy refuses.
    """
    socks = _load()
    talk = socks.SOCKS5Connection()
    methods = socks.SOCKS5AuthMethod
    method = methods.NO_AUTH_REQUIRED if username is None else methods.USERNAME_PASSWORD
    talk.send(socks.SOCKS5AuthMethodsRequest([method]))
    try:
        await stream.write(talk.data_to_send())
        reply = talk.receive_data(await stream.read_bytes(2))
        if reply.method != method:
            raise HTTPProtocolError(f"the SOCKS proxy wants authentication by {reply.method.name}")
        if username is not None:
            talk.send(socks.SOCKS5UsernamePasswordRequest(username.encode(), password.encode()))
            await stream.write(talk.data_to_send())
            if not talk.receive_data(await stream.read_bytes(2)).success:
                raise HTTPProtocolError("the SOCKS proxy refused user and password")
        request = socks.SOCKS5CommandRequest
        talk.send(request.from_address(socks.SOCKS5Command.CONNECT, (host, port)))
        await stream.write(talk.data_to_send())
        reply = talk.receive_data(await _read_reply(stream))
    except socks.SOCKSError as error:
        raise HTTPProtocolError(f"the answer of the SOCKS proxy is wrong: {error}") from error
    if reply.reply_code != socks.SOCKS5ReplyCode.SUCCEEDED:
        raise HTTPProtocolError(f"the SOCKS proxy cannot reach {host}: {reply.reply_code.name}")


async def _read_reply(stream: IOStream) -> bytes:
    """Read the answer to a command, and nothing after it: that belongs to the server."""
    head = await stream.read_bytes(5)
    size = _ADDRESS_SIZES.get(head[3], head[4] + 1)
    return head + await stream.read_bytes(size - 1 + 2)


def _load() -> Any:
    try:
        module = import_module("socksio.socks5")
        module.SOCKSError = import_module("socksio").SOCKSError  # type: ignore[attr-defined]  # a module takes any
    except ImportError as error:
        raise ImportError(
            "SOCKS proxies need socksio: pip install 'tornado-httpclient[socks]'"
        ) from error
    return module
