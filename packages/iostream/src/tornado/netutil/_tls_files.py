"""Certificates, keys and authorities from files, and what is wrong with them.

The errors of OpenSSL about a file that it cannot use name neither the file nor the reason.
"""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from tornado.util import print_uncaught

if TYPE_CHECKING:
    from collections.abc import Mapping
    from os import PathLike

    Path = str | bytes | PathLike[str] | PathLike[bytes]
    #: The inode, the size and the time of a file; None for one that is not there.
    State = tuple[int, int, int] | None


class TLSFiles(NamedTuple):
    """The files of TLS settings: authorities, a certificate and its key.

    For clients, which cannot wait until OpenSSL or libcurl uses the files.

    .. versionadded:: 1.0
    """

    authorities: Path | None
    certificate: Path | None
    #: None if the key is in the file of the certificate.
    key: Path | None
    #: The names of the three options, for messages.
    options: tuple[str, str, str] = ("ca_certs", "certfile", "keyfile")
    #: What to do if the key is encrypted, for messages.
    advice: str = "load it into an ssl.SSLContext"

    @classmethod
    def of_settings(cls, settings: Mapping[str, Any]) -> TLSFiles:
        """Return the files of settings for :func:`ssl_options_to_context`."""
        names = ("ca_certs", "certfile", "keyfile")
        authorities, certificate, key = (settings.get(name) or None for name in names)
        return cls(authorities, certificate, key)

    def check(self, *, takes_encrypted_keys: bool = False) -> None:
        """Read the files.

        :param takes_encrypted_keys: whether the program may give the pass phrase in another way.
        :raises OSError: a file cannot be read, holds no certificate or key in PEM form, or the key
            does not fit; the message names the file. For a wrong content it is an `ssl.SSLError`.
        """
        for option, file in zip(self.options, self[:3], strict=True):
            if file is not None:
                check_readable(option, file)
        if self.authorities is not None and not _holds_certificate(self.authorities):
            _refuse(_no_authorities(self.options[0], self.authorities))
        if self.certificate is not None:
            self._check_pair(self.certificate, takes_encrypted_keys)

    def states(self) -> tuple[State, ...]:
        """Return values that differ once a file has been replaced."""
        return tuple(None if file is None else _state(file) for file in self[:3])

    def _check_pair(self, certificate: Path, takes_encrypted_keys: bool) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        try:
            context.load_cert_chain(certificate, self.key, password=_refuse_pass_phrase)
        except _EncryptedError:
            if not takes_encrypted_keys:
                key = certificate if self.key is None else self.key
                _refuse(f"the key in {_quoted(key)} is encrypted: {self.advice}")
        except ssl.SSLError as error:
            _refuse(describe_pair(error, certificate, self.key, self.options))


def load_certificate(context: ssl.SSLContext, certfile: Path, keyfile: Path | None) -> None:
    """Load the certificate of this side, and its key.

    :param keyfile: None if the key is in ``certfile``.
    :raises OSError: a file cannot be read, or holds something else; the message names it.
    """
    try:
        context.load_cert_chain(certfile, keyfile)
    except ssl.SSLError as error:
        raise _explain(error, describe_pair(error, certfile, keyfile)) from error
    except OSError as error:
        check_readable("certfile", certfile, is_printed=True)
        if keyfile is not None:
            check_readable("keyfile", keyfile, is_printed=True)
        key_file = certfile if keyfile is None else keyfile
        if _is_encrypted(key_file):  # and there was no terminal to type the pass phrase
            message = (
                f"the key in {_quoted(key_file)} is encrypted, and no pass phrase was given:"
                " load it into an ssl.SSLContext"
            )
            raise _explain(ssl.SSLError(ssl.SSL_ERROR_SSL, message), message) from error
        raise _explain(error, f"cannot load the certfile {_quoted(certfile)}: {error}") from error


def load_authorities(context: ssl.SSLContext, ca_certs: Path) -> None:
    """Load the certificates of the authorities that may have signed the peer's.

    :raises OSError: if the file cannot be read, or has no certificate; the message names it.
    """
    try:
        context.load_verify_locations(ca_certs)
    except ssl.SSLError as error:
        raise _explain(error, _no_authorities("ca_certs", ca_certs)) from error
    except OSError as error:
        check_readable("ca_certs", ca_certs, is_printed=True)
        message = f"cannot load the ca_certs {_quoted(ca_certs)}: {error}"
        raise _explain(error, message) from error


def choose_ciphers(context: ssl.SSLContext, ciphers: str) -> None:
    """Restrict a context to some ciphers.

    :raises ssl.SSLError: if OpenSSL knows none of them.
    """
    try:
        context.set_ciphers(ciphers)
    except ssl.SSLError as error:
        raise _explain(error, f"the ciphers {ciphers!r} select none that there is") from error


def describe_pair(
    error: ssl.SSLError,
    certificate: Path,
    key: Path | None,
    options: tuple[str, str, str] = ("ca_certs", "certfile", "keyfile"),
) -> str:
    """Say why OpenSSL cannot use a certificate with its key.

    :param key: None if the key is in the file of the certificate.
    :param options: the names of the options that named the files.
    """
    _, certificate_option, key_option = options
    key_file = certificate if key is None else key
    if error.reason == "KEY_VALUES_MISMATCH":
        return (
            f"the key in {_quoted(key_file)} does not fit the certificate in {_quoted(certificate)}:"
            " give the key that the certificate was made for"
        )
    if not _holds_certificate(certificate):
        return f"the {certificate_option} {_quoted(certificate)} holds no certificate in PEM form"
    if not _holds_key(key_file):
        if key is None:
            return (
                f"the {certificate_option} {_quoted(certificate)} holds no private key in PEM form:"
                f" name its file as {key_option}"
            )
        return f"the {key_option} {_quoted(key)} holds no private key in PEM form"
    return (
        f"cannot use the certificate in {_quoted(certificate)} with the key in {_quoted(key_file)}:"
        f" {error.strerror}"
    )


def check_readable(option: str, file: Path, *, is_printed: bool = False) -> None:
    """Check that a file can be opened.

    :param is_printed: whether a program that does not catch the error ends with one line.
    :raises OSError: it cannot; the message names the option and the file.
    """
    try:
        with open(file, "rb") as opened:
            opened.read(1)
    except OSError as error:
        message = f"cannot read the {option} {_quoted(file)}: {error.strerror}"
        if is_printed:
            raise _explain(error, message) from error
        # An OSError has the class that belongs to its number.
        raise OSError(error.errno, message) from error


class _EncryptedError(Exception):
    """A key needs a pass phrase; OpenSSL would ask the terminal for it."""


def _refuse_pass_phrase() -> NoReturn:
    raise _EncryptedError


def _refuse(message: str) -> NoReturn:
    raise ssl.SSLError(ssl.SSL_ERROR_SSL, message)


def _no_authorities(option: str, file: Path) -> str:
    return f"the {option} {_quoted(file)} hold no certificate in PEM form"


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


def _state(file: Path) -> State:
    from os import stat

    try:
        found = stat(file)
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


def _explain(error: OSError, message: str) -> OSError:
    """Return an error of the same kind that says more, in one line if it is not caught."""
    # An OSError has the class that belongs to its number.
    kind = ssl.SSLError if isinstance(error, ssl.SSLError) else OSError
    explained = kind(error.errno, message)
    print_uncaught(explained, message)
    return explained


def _quoted(file: Path) -> str:
    from os import fspath

    return repr(fspath(file))
