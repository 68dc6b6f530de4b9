"""The TLS contexts for requests."""

from __future__ import annotations

import os
import ssl
import sys
from typing import TYPE_CHECKING

from tornado.httpclient._request._request import tls_files
from tornado.netutil import TLSFiles, ssl_options_to_context
from tornado.util import BoundedCache

if TYPE_CHECKING:
    from collections.abc import Hashable

    from tornado.httpclient import HTTPRequest

#: How many contexts are kept, because loading the system's authorities takes some twenty
#: milliseconds. A program with new settings for each request must not fill the memory with them.
_MAX_CONTEXTS = 64

#: Options of requests that name files.
_FILES = frozenset({"ca_certs", "client_cert", "client_key"})


class Contexts:
    """The TLS contexts of a client, one for each combination of settings.

    A file that was replaced makes another combination: certificates are renewed while programs run.
    """

    def __init__(self) -> None:
        self._contexts: BoundedCache[Hashable, ssl.SSLContext] = BoundedCache(
            max_entries=_MAX_CONTEXTS
        )

    def find(self, request: HTTPRequest) -> ssl.SSLContext:
        """Return the context for a request.

        :raises OSError: a file cannot be read or used; the message names it.
        """
        given = request.ssl_options
        if isinstance(given, ssl.SSLContext):
            return given
        key: Hashable
        if given is not None:
            settings = tuple(sorted((name, str(value)) for name, value in given.items()))
            key = settings, TLSFiles.of_settings(given).states()
        elif _FILES.isdisjoint(request.__dict__):
            key = request.validate_cert, None
        else:
            files = tls_files(request.__dict__)
            key = (request.validate_cert, *files[:3]), files.states()
        context = self._contexts.get(key)
        if context is None:
            if given is not None:
                TLSFiles.of_settings(given).check()
                context = ssl_options_to_context(given, server_side=False)
            else:
                tls_files(request.__dict__).check()
                context = _make(request)
            self._contexts.add(key, context)
        return context


def _make(request: HTTPRequest) -> ssl.SSLContext:
    if request.validate_cert is False and request.ca_certs is None:
        context = _unverified()
    else:
        context = ssl.create_default_context(ssl.Purpose.SERVER_AUTH, cafile=request.ca_certs)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    if request.validate_cert is False:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if request.client_cert is not None:
        context.load_cert_chain(request.client_cert, request.client_key)
    return context


def _unverified() -> ssl.SSLContext:
    """Return a context without the system's authorities, which would not be used."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    keylog = os.environ.get("SSLKEYLOGFILE")
    if keylog and not sys.flags.ignore_environment:
        context.keylog_filename = keylog  # as `ssl.create_default_context` does
    return context
