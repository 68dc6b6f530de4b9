"""The options of a handle for a request."""

from __future__ import annotations

import os
import re
import ssl
from typing import TYPE_CHECKING, Any, NamedTuple

from tornado.httpclient._request._authentication import octets_of

from ._library import pycurl
from ._log import log_transfer

if TYPE_CHECKING:
    from tornado.httpclient import HTTPRequest
    from tornado.httpclient._fetch._exchange import Exchange

#: CURLOPT_SUPPRESS_CONNECT_HEADERS and CURLPROXY_HTTPS, for which pycurl has no names.
_SUPPRESS_CONNECT_HEADERS = 265
_PROXYTYPE_HTTPS = 2

_PROXY_TYPES = {
    "http": pycurl.PROXYTYPE_HTTP,
    "https": _PROXYTYPE_HTTPS,
    "socks5": pycurl.PROXYTYPE_SOCKS5,
    "socks5h": pycurl.PROXYTYPE_SOCKS5_HOSTNAME,
}
_PROXY_AUTH = {"basic": pycurl.HTTPAUTH_BASIC, "digest": pycurl.HTTPAUTH_DIGEST}


class _Verification(NamedTuple):
    """The options of libcurl for the verification of one of its two peers."""

    version: int
    peer: int
    host: int
    file: int
    folder: int


_SERVER_VERIFICATION = _Verification(
    pycurl.SSLVERSION,
    pycurl.SSL_VERIFYPEER,
    pycurl.SSL_VERIFYHOST,
    pycurl.CAINFO,
    pycurl.CAPATH,
)
_PROXY_VERIFICATION = _Verification(
    pycurl.PROXY_SSLVERSION,
    pycurl.PROXY_SSL_VERIFYPEER,
    pycurl.PROXY_SSL_VERIFYHOST,
    pycurl.PROXY_CAINFO,
    pycurl.PROXY_CAPATH,
)

#: Fields that libcurl would send by itself, as they begin; a name without a value prevents that.
_OWN_FIELDS = (b"\r\naccept:", b"\r\nexpect:", b"\r\ncontent-type:")

#: The line of a field without a value.
_EMPTY_FIELD = re.compile(rb"(?m)^([^:\r\n]+):[ \t]*(?=\r?$)")


def set_options(curl: Any, exchange: Exchange) -> None:
    """Set the options of a new handle as the request of an exchange asks."""
    request, target = exchange.request, exchange.target
    curl.setopt(pycurl.URL, f"{target.scheme}://{target.authority}{target.path}")
    curl.setopt(pycurl.PATH_AS_IS, 1)
    curl.setopt(pycurl.NOSIGNAL, 1)
    log_transfer(curl)
    curl.setopt(pycurl.PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS)
    if request.connect_timeout:
        curl.setopt(pycurl.CONNECTTIMEOUT_MS, max(1, int(request.connect_timeout * 1000)))
    else:
        curl.setopt(pycurl.CONNECTTIMEOUT_MS, 2**31 - 1)
    if request.network_interface is not None:
        curl.setopt(pycurl.INTERFACE, os.fsencode(request.network_interface))
    if request.unix_socket is not None:
        curl.setopt(pycurl.UNIX_SOCKET_PATH, os.fsencode(request.unix_socket))
    if request.allow_ipv6 is False:
        curl.setopt(pycurl.IPRESOLVE, pycurl.IPRESOLVE_V4)
    _set_message(curl, exchange)
    _set_proxy(curl, request)
    if target.scheme == "https":
        _set_tls(curl, request)


def _set_message(curl: Any, exchange: Exchange) -> None:
    request = exchange.request
    method = request.method
    body = request.body
    if request.body_producer is not None:
        curl.setopt(pycurl.UPLOAD, 1)
        length = request.headers.get("Content-Length")
        if length is not None:
            curl.setopt(pycurl.INFILESIZE_LARGE, int(length))
    elif body is not None:
        if method == "HEAD":
            raise ValueError(
                "HEAD with a body needs the client in Python: libcurl would wait for a body in return"
            )
        curl.setopt(pycurl.POST, 1)
        curl.setopt(pycurl.POSTFIELDSIZE_LARGE, len(body))
        curl.setopt(pycurl.POSTFIELDS, body)
    elif method == "HEAD":
        curl.setopt(pycurl.NOBODY, 1)
    curl.setopt(pycurl.CUSTOMREQUEST, method)
    curl.setopt(pycurl.HTTPHEADER, _field_lines(exchange.fields.encode("latin-1")))
    # The fields are for the server: without this, a proxy would see them in CONNECT.
    curl.setopt(pycurl.HEADEROPT, pycurl.HEADER_SEPARATE)
    curl.setopt(_SUPPRESS_CONNECT_HEADERS, 1)


def _field_lines(fields: bytes) -> list[bytes]:
    """Return field lines in the form that libcurl expects."""
    lowered = b"\r\n" + fields.lower()
    lines = fields.split(b"\r\n")
    lines.pop()
    if b"\r\ncontent-length:" in lowered:
        # libcurl writes it itself, by the size of the body.
        lines = [line for line in lines if not line.lower().startswith(b"content-length:")]
    if _EMPTY_FIELD.search(fields):
        # "Name:" would suppress a field; a semicolon sends it empty.
        lines = [_EMPTY_FIELD.sub(rb"\1;", line) for line in lines]
    lines += [name[2:] for name in _OWN_FIELDS if name not in lowered]
    return lines


def _set_proxy(curl: Any, request: HTTPRequest) -> None:
    if request.proxy_host is None:
        curl.setopt(pycurl.PROXY, "")  # otherwise libcurl reads the environment
        return
    if request.proxy_port is None:
        raise ValueError("proxy_host is given without proxy_port")
    if request.unix_socket is not None:
        raise ValueError("both proxy_host and unix_socket are given: choose one")
    kind = request.proxy_type or "http"
    if kind not in _PROXY_TYPES:
        raise ValueError(f"unknown proxy_type {kind!r}: choose from {', '.join(_PROXY_TYPES)}")
    curl.setopt(pycurl.PROXY, _host(request.proxy_host))
    curl.setopt(pycurl.PROXYPORT, request.proxy_port)
    curl.setopt(pycurl.PROXYTYPE, _PROXY_TYPES[kind])
    curl.setopt(pycurl.NOPROXY, "")
    if kind == "https":
        _verify(curl, request, _PROXY_VERIFICATION)
    if request.proxy_username is not None:
        # pycurl takes text for ASCII.
        curl.setopt(pycurl.PROXYUSERNAME, octets_of(request.proxy_username))
        curl.setopt(pycurl.PROXYPASSWORD, octets_of(request.proxy_password or ""))
        mode = request.proxy_auth_mode or "basic"
        if mode not in _PROXY_AUTH:
            raise ValueError(f"unsupported proxy_auth_mode {mode!r}: choose basic or digest")
        curl.setopt(pycurl.PROXYAUTH, _PROXY_AUTH[mode])


def _host(host: Any) -> Any:
    """Return the name of a host in ASCII."""
    if isinstance(host, str) and not host.isascii():
        return host.encode("idna").decode("ascii")
    return host


def _set_tls(curl: Any, request: HTTPRequest) -> None:
    _verify(curl, request, _SERVER_VERIFICATION)
    if request.client_cert is not None:
        curl.setopt(pycurl.SSLCERT, os.fsencode(request.client_cert))
    if request.client_key is not None:
        curl.setopt(pycurl.SSLKEY, os.fsencode(request.client_key))


def _verify(curl: Any, request: HTTPRequest, options: _Verification) -> None:
    """Set how a peer that speaks TLS is verified: the server, or the proxy before it."""
    if request.ssl_options is not None:
        raise ValueError(
            "ssl_options need the client in Python: use ca_certs, client_cert and client_key"
        )
    curl.setopt(options.version, pycurl.SSLVERSION_TLSv1_2)
    curl.setopt(options.peer, 0 if request.validate_cert is False else 1)
    curl.setopt(options.host, 0 if request.validate_cert is False else 2)
    if request.ca_certs is not None:
        curl.setopt(options.file, os.fsencode(request.ca_certs))
        return
    # A libcurl from a wheel does not know where this system keeps its authorities.
    paths = ssl.get_default_verify_paths()
    if paths.cafile is not None:
        curl.setopt(options.file, os.fsencode(paths.cafile))
    if paths.capath is not None:
        curl.setopt(options.folder, os.fsencode(paths.capath))
