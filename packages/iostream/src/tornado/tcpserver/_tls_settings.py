"""The TLS settings of a server, read when it is made."""

from __future__ import annotations

import ssl
from os import path  # pathlib is a slow import that nothing else here needs
from typing import Any

from tornado.netutil import ssl_options_to_context
from tornado.util import print_uncaught

from ._handshakes import HandshakeLog


class TLSSettings:
    """The TLS context of a server, and the log of its failed handshakes.

    :param options: a context, or a dict for `.ssl_options_to_context` with a ``certfile``.
    :raises KeyError: if there is no certificate.
    :raises ValueError: if a file does not exist, or the context is one for clients.
    :raises OSError: if a file cannot be read or used.
    """

    def __init__(self, options: dict[str, Any] | ssl.SSLContext) -> None:
        _check_certificate(options)
        #: The options from which the settings were made.
        self.options = options
        self.context = ssl_options_to_context(options, server_side=True)
        self.handshakes = HandshakeLog()
        if self.context.protocol == ssl.PROTOCOL_TLS_CLIENT:
            message = (
                "ssl_options is a context for clients, which no server can use: make it with"
                " ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)"
            )
            invalid = ValueError(message)
            print_uncaught(invalid, message)
            raise invalid


def _check_certificate(ssl_options: Any) -> None:
    if not isinstance(ssl_options, dict):
        return
    if ssl_options.get("certfile") is None:
        message = 'missing key "certfile" in ssl_options'
        missing = KeyError(message)
        print_uncaught(missing, message)
        raise missing
    for key in ("certfile", "keyfile"):
        file = ssl_options.get(key)
        if file is not None and not path.exists(file):
            message = f'{key} "{file}" does not exist'
            invalid = ValueError(message)
            print_uncaught(invalid, message)
            raise invalid
