"""TLS settings, as a context or as a dict from which one is made."""

from __future__ import annotations

import errno
import os
import ssl
import warnings
from contextlib import suppress
from socket import SO_ERROR, SOL_SOCKET
from typing import TYPE_CHECKING, Any

from ._tls_files import choose_ciphers, load_authorities, load_certificate

if TYPE_CHECKING:
    import socket as sockets

#: What a dict of TLS settings may hold; the names of ``ssl.wrap_socket``, which Python once had.
_KEYS = frozenset({"ssl_version", "certfile", "keyfile", "cert_reqs", "ca_certs", "ciphers"})

_defaults: dict[bool, ssl.SSLContext] = {}


def ssl_options_to_context(
    ssl_options: dict[str, Any] | ssl.SSLContext, server_side: bool | None = None
) -> ssl.SSLContext:
    """Return a context for TLS settings; a context is returned as it is.

    :param ssl_options: a context, or a dict with any of ``certfile``, ``keyfile``, ``ca_certs``,
        ``cert_reqs``, ``ciphers`` and ``ssl_version``.
    :param server_side: the side that the context is for. True and false are recommended: such a
        context has only what its side needs, and a client's verifies the server unless
        ``cert_reqs`` says otherwise. None makes one for both sides, which verifies nothing by
        default.
    :raises ValueError: if the dict holds a key that means nothing.
    :raises OSError: if a file cannot be read, has no certificate, or has a key that does not fit;
        the message names the file.
    """
    if isinstance(ssl_options, ssl.SSLContext):
        return ssl_options
    unknown = sorted(map(str, set(ssl_options) - _KEYS))
    if unknown:
        known = ", ".join(sorted(_KEYS))
        raise ValueError(f"unknown TLS settings {', '.join(unknown)}: choose from {known}")
    context = _new_context(ssl_options.get("ssl_version"), server_side)
    if server_side is not False and "cert_reqs" not in ssl_options:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    _refuse_attacks(context)
    if ssl_options.get("certfile"):
        load_certificate(context, ssl_options["certfile"], ssl_options.get("keyfile"))
    if "cert_reqs" in ssl_options:
        if ssl_options["cert_reqs"] == ssl.CERT_NONE:
            context.check_hostname = False
        context.verify_mode = ssl_options["cert_reqs"]
    if ssl_options.get("ca_certs"):
        load_authorities(context, ssl_options["ca_certs"])
    elif server_side is False and context.verify_mode != ssl.CERT_NONE:
        context.load_default_certs(ssl.Purpose.SERVER_AUTH)
    if ssl_options.get("ciphers"):
        choose_ciphers(context, ssl_options["ciphers"])
    return context


def ssl_wrap_socket(
    socket: sockets.socket,
    ssl_options: dict[str, Any] | ssl.SSLContext,
    server_hostname: str | None = None,
    server_side: bool | None = None,
    **kwargs: Any,
) -> ssl.SSLSocket:
    """Return an `ssl.SSLSocket` that replaces a connected socket.

    :param ssl_options: what `ssl_options_to_context` takes.
    :param server_hostname: the name that a client expects in the server's certificate; sent in the
        clear for servers with several certificates.
    :param server_side: true for the server's end; None means the client's.
    :param kwargs: passed to ``SSLContext.wrap_socket``.
    """
    context = ssl_options_to_context(ssl_options, server_side)
    return context.wrap_socket(
        socket, server_side=bool(server_side), server_hostname=server_hostname, **kwargs
    )


def wrap_accepted(socket: sockets.socket, context: ssl.SSLContext) -> ssl.SSLSocket:
    """Return an `ssl.SSLSocket` for the server's end of a connection, before its handshake.

    :raises OSError: if the peer has reset the connection already.
    """
    try:
        socket.getpeername()
    except OSError:
        # Checked here, because wrap_socket would not close the socket that it has made by then.
        number = socket.getsockopt(SOL_SOCKET, SO_ERROR) or errno.ECONNRESET
        raise OSError(number, os.strerror(number)) from None
    return context.wrap_socket(socket, server_side=True, do_handshake_on_connect=False)


def default_context(server_side: bool) -> ssl.SSLContext:
    """Return the context for streams without settings: made on first use, then shared."""
    context = _defaults.get(server_side)
    if context is None:
        purpose = ssl.Purpose.CLIENT_AUTH if server_side else ssl.Purpose.SERVER_AUTH
        context = _defaults[server_side] = ssl.create_default_context(purpose)
        _refuse_attacks(context)
    return context


def _new_context(version: int | None, server_side: bool | None) -> ssl.SSLContext:
    if version is None and server_side is not None:
        return ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER if server_side else ssl.PROTOCOL_TLS_CLIENT)
    with warnings.catch_warnings():
        # Contexts for both sides and single versions are deprecated, but documented here.
        warnings.simplefilter("ignore", DeprecationWarning)
        return ssl.SSLContext(ssl.PROTOCOL_TLS if version is None else version)


def _refuse_attacks(context: ssl.SSLContext) -> None:
    """Switch off features that have only helped attackers."""
    with suppress(ValueError):  # a context for a single version has that one
        context.minimum_version = ssl.TLSVersion.TLSv1_2
    # CRIME: the length of compressed secrets tells the secrets.
    context.options |= ssl.OP_NO_COMPRESSION
    # A renegotiation costs the server much and the client little, and TLS 1.3 has none.
    context.options |= ssl.OP_NO_RENEGOTIATION
