"""Certificates, keys and authorities from files, and what is wrong with them.

What OpenSSL says about a file that it cannot use names neither the file nor the reason.
"""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

from tornado.util import print_uncaught

if TYPE_CHECKING:
    from os import PathLike

    Path = str | bytes | PathLike[str] | PathLike[bytes]


def load_certificate(context: ssl.SSLContext, certfile: Path, keyfile: Path | None) -> None:
    """Load the certificate of one's own side, and its key.

    :param keyfile: None if the key stands in ``certfile``.
    :raises OSError: a file cannot be read, or holds something else; the message names it.
    """
    try:
        context.load_cert_chain(certfile, keyfile)
    except ssl.SSLError as error:
        raise _explained(error, _what_is_wrong(error, certfile, keyfile)) from error
    except OSError as error:
        _complain_if_unreadable("certfile", certfile)
        if keyfile is not None:
            _complain_if_unreadable("keyfile", keyfile)
        place = certfile if keyfile is None else keyfile
        if _is_encrypted(place):  # and nobody was there to type the pass phrase
            message = (
                f"the key in {_shown(place)} is encrypted, and no pass phrase was given:"
                " load it into an ssl.SSLContext"
            )
            raise _explained(ssl.SSLError(ssl.SSL_ERROR_SSL, message), message) from error
        raise _explained(error, f"cannot load the certfile {_shown(certfile)}: {error}") from error


def load_authorities(context: ssl.SSLContext, ca_certs: Path) -> None:
    """Load the certificates of the authorities that may have signed the peer's.

    :raises OSError: the file cannot be read, or holds no certificate; the message names it.
    """
    try:
        context.load_verify_locations(ca_certs)
    except ssl.SSLError as error:
        message = f"the ca_certs {_shown(ca_certs)} hold no certificate in PEM form"
        raise _explained(error, message) from error
    except OSError as error:
        _complain_if_unreadable("ca_certs", ca_certs)
        raise _explained(error, f"cannot load the ca_certs {_shown(ca_certs)}: {error}") from error


def choose_ciphers(context: ssl.SSLContext, ciphers: str) -> None:
    """Restrict a context to some ciphers.

    :raises ssl.SSLError: OpenSSL knows none of them.
    """
    try:
        context.set_ciphers(ciphers)
    except ssl.SSLError as error:
        raise _explained(error, f"the ciphers {ciphers!r} select none that there is") from error


def _what_is_wrong(error: ssl.SSLError, certfile: Path, keyfile: Path | None) -> str:
    key_place = certfile if keyfile is None else keyfile
    if error.reason == "KEY_VALUES_MISMATCH":
        return (
            f"the key in {_shown(key_place)} does not fit the certificate in {_shown(certfile)}:"
            " give the key that the certificate was made for"
        )
    if not _holds_certificate(certfile):
        return f"the certfile {_shown(certfile)} holds no certificate in PEM form"
    if not _holds_key(key_place):
        if keyfile is None:
            return f"the certfile {_shown(certfile)} holds no private key: name its file as keyfile"
        return f"the keyfile {_shown(keyfile)} holds no private key in PEM form"
    return (
        f"cannot use the certificate in {_shown(certfile)} with the key in {_shown(key_place)}:"
        f" {error.strerror}"
    )


def _holds_certificate(file: Path) -> bool:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(file)
    except OSError:
        return False
    return True


def _holds_key(file: Path) -> bool:
    with open(file, "rb") as opened:
        return b"PRIVATE KEY-----" in opened.read()


def _is_encrypted(file: Path) -> bool:
    with open(file, "rb") as opened:
        content = opened.read()
    return b"BEGIN ENCRYPTED PRIVATE KEY-----" in content or b"Proc-Type: 4,ENCRYPTED" in content


def _complain_if_unreadable(name: str, file: Path) -> None:
    try:
        with open(file, "rb"):
            pass
    except OSError as error:
        message = f"cannot read the {name} {_shown(file)}: {error.strerror}"
        raise _explained(error, message) from error


def _explained(error: OSError, message: str) -> OSError:
    """Return an error of the same kind that says more, in one line if nobody catches it."""
    # An OSError is of the class that belongs to its number.
    kind = ssl.SSLError if isinstance(error, ssl.SSLError) else OSError
    explained = kind(error.errno, message)
    print_uncaught(explained, message)
    return explained


def _shown(file: Path) -> str:
    from os import fspath

    return repr(fspath(file))
