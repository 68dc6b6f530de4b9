"""The extension ``tls``: what a connection's TLS agreed on (ASGI TLS 0.2)."""

from __future__ import annotations

import ssl
from typing import Any

_VERSIONS = {"TLSv1": 0x0301, "TLSv1.1": 0x0302, "TLSv1.2": 0x0303, "TLSv1.3": 0x0304}

#: The short names of attributes (RFC 4514 section 3), by OpenSSL's long ones.
_ATTRIBUTES = {
    "commonName": "CN",
    "localityName": "L",
    "stateOrProvinceName": "ST",
    "organizationName": "O",
    "organizationalUnitName": "OU",
    "countryName": "C",
    "streetAddress": "STREET",
    "domainComponent": "DC",
    "userId": "UID",
}
_SPECIAL = frozenset('"+,;<>\\')


def describe_tls(socket: Any) -> dict[str, Any] | None:
    """Return the value of the extension; ``None`` if the connection has no TLS.

    The certificate of the server is not known here: Python's TLS does not give it.

    :param socket: that of the connection.
    """
    if not isinstance(socket, ssl.SSLSocket):
        return None
    cipher = socket.cipher()
    return {
        "server_cert": None,
        "client_cert_chain": _chain(socket),
        "client_cert_name": _name(socket),
        "client_cert_error": None,
        "tls_version": _VERSIONS.get(socket.version() or ""),
        "cipher_suite": None if cipher is None else _suite(socket, cipher[0]),
    }


def _chain(socket: ssl.SSLSocket) -> list[str]:
    """Return the certificates that the client has shown, as PEM; its own comes first."""
    own = socket.getpeercert(binary_form=True)
    if own is None:
        return []
    get_chain: Any = getattr(socket, "get_unverified_chain", None)  # since Python 3.13
    chain = (get_chain() or [own]) if get_chain is not None else [own]
    return [ssl.DER_cert_to_PEM_cert(each) for each in chain]


def _name(socket: ssl.SSLSocket) -> str | None:
    """Return the subject of the client's certificate as RFC 4514 writes it: the last part first."""
    certificate = socket.getpeercert()
    if not certificate:
        return None
    parts: Any = certificate.get("subject", ())
    return ",".join(
        "+".join(f"{_ATTRIBUTES.get(name, name)}={_escape(value)}" for name, value in part)
        for part in reversed(parts)
    )


def _escape(value: str) -> str:
    """Escape a value (RFC 4514 section 2.4)."""
    text = "".join("\\" + char if char in _SPECIAL else char for char in value)
    text = text.replace("\0", "\\00")
    if text[:1] in ("#", " "):
        text = "\\" + text
    if len(text) > 1 and text.endswith(" ") and not text.endswith("\\ "):
        text = text[:-1] + "\\ "
    return text


def _suite(socket: ssl.SSLSocket, name: str) -> int | None:
    """Return the number of a cipher suite, which OpenSSL knows by its name."""
    for each in socket.context.get_ciphers():
        if each["name"] == name:
            return int(each["id"]) & 0xFFFF
    return None
