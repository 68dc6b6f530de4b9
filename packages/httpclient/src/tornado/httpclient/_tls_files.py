"""Files for TLS, looked at before a connection is made.

What OpenSSL and libcurl say about a file that is of no use names neither the file nor the option.
"""

from __future__ import annotations

import os
import ssl
from typing import TYPE_CHECKING, NamedTuple, NoReturn

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    Path = str | bytes | os.PathLike[str] | os.PathLike[bytes]

#: How many settings that were found good are remembered.
_MOST = 64


class TLSFiles(NamedTuple):
    """The files that a request names, and the options that they come from."""

    authorities: Path | None
    certificate: Path | None
    key: Path | None
    options: tuple[str, str, str] = ("ca_certs", "client_cert", "client_key")
    #: What to do about an encrypted key.
    advice: str = "give an ssl.SSLContext as ssl_options"

    def check(self, *, takes_encrypted_keys: bool = False) -> None:
        """Read the files.

        :param takes_encrypted_keys: whether the program may give the pass phrase in another way.
        :raises OSError: a file cannot be read, holds no certificate or key in PEM form, or the key
            does not fit; the message names the file. What is wrong with a content is an
            `ssl.SSLError`.
        """
        for option, file in zip(self.options, self[:3], strict=True):
            if file is not None:
                _check_readable(option, file)
        if self.authorities is not None and not _has_certificate(self.authorities):
            _complain(
                f"the {self.options[0]} {_shown(self.authorities)} hold no certificate in PEM form"
            )
        if self.certificate is not None:
            self._check_pair(self.certificate, takes_encrypted_keys)

    def _check_pair(self, certificate: Path, takes_encrypted_keys: bool) -> None:
        key = certificate if self.key is None else self.key
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_cert_chain(
                certificate, self.key, password=_refuse_pass_phrase
            )
        except _EncryptedError:
            if not takes_encrypted_keys:
                _complain(f"the key in {_shown(key)} is encrypted: {self.advice}")
        except ssl.SSLError as error:
            _complain(self._what_is_wrong(error, certificate, key))

    def _what_is_wrong(self, error: ssl.SSLError, certificate: Path, key: Path) -> str:
        if error.reason == "KEY_VALUES_MISMATCH":
            return (
                f"the key in {_shown(key)} does not fit the certificate in {_shown(certificate)}:"
                " give the key that the certificate was made for"
            )
        if not _has_certificate(certificate):
            return f"the {self.options[1]} {_shown(certificate)} holds no certificate in PEM form"
        option = self.options[1] if self.key is None else self.options[2]
        return f"the {option} {_shown(key)} holds no private key in PEM form"


class CheckedFiles:
    """Check the files of each request, and again only after one of them has changed."""

    def __init__(self) -> None:
        self._checked: dict[tuple[TLSFiles, bool], list[tuple[int, int, int] | None]] = {}

    def check(self, files: TLSFiles, *, takes_encrypted_keys: bool) -> None:
        """Check files; see `TLSFiles.check`."""
        if files[:3] == (None, None, None):
            return
        states = [_state(file) for file in files[:3]]
        key = files, takes_encrypted_keys
        if self._checked.get(key) != states:
            files.check(takes_encrypted_keys=takes_encrypted_keys)
            if len(self._checked) >= _MOST:
                self._checked.clear()
            self._checked[key] = states


def files_of(options: Mapping[str, Any]) -> TLSFiles:
    """Return the files among the options of a request."""
    return TLSFiles(options.get("ca_certs"), options.get("client_cert"), options.get("client_key"))


def files_of_settings(settings: Mapping[str, Any]) -> TLSFiles:
    """Return the files among TLS settings, as `.ssl_options_to_context` takes them."""
    names = ("ca_certs", "certfile", "keyfile")
    authorities, certificate, key = (settings.get(name) or None for name in names)
    return TLSFiles(authorities, certificate, key, names)


class _EncryptedError(Exception):
    """A key needs a pass phrase; OpenSSL would ask the terminal for it."""


def _refuse_pass_phrase() -> NoReturn:
    raise _EncryptedError


def _check_readable(option: str, file: Path) -> None:
    try:
        with open(file, "rb") as opened:
            opened.read(1)
    except OSError as error:
        # An OSError is of the class that belongs to its number.
        message = f"cannot read the {option} {_shown(file)}: {error.strerror}"
        raise OSError(error.errno, message) from error


def _has_certificate(file: Path) -> bool:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(file)
    except ssl.SSLError:
        return False
    return True


def _state(file: Path | None) -> tuple[int, int, int] | None:
    try:
        found = None if file is None else os.stat(file)
    except OSError:
        return None
    return None if found is None else (found.st_ino, found.st_size, found.st_mtime_ns)


def _complain(message: str) -> NoReturn:
    raise ssl.SSLError(ssl.SSL_ERROR_SSL, message)


def _shown(file: Path) -> str:
    return repr(os.fspath(file))
