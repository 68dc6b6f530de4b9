"""TLS as the command line asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tornado.netutil import TLSFiles, ssl_options_to_context

from ._errors import ServeError

if TYPE_CHECKING:
    import ssl

    from ._command._settings import TLSSettings

_OPTIONS = ("--ca-certs", "--certfile", "--keyfile")
_ADVICE = "give its pass phrase by --password, or better by TORNADO_SERVE_PASSWORD"


def check_tls(settings: TLSSettings) -> None:
    """Check that the options fit together, and that the files can be used.

    :raises ServeError: they do not; the message names the option or the file.
    """
    if settings.certfile is not None:
        make_context(settings)
        return
    for name in ("keyfile", "password", "ca_certs", "ciphers"):
        if getattr(settings, name) is not None:
            option = name.replace("_", "-")
            raise ServeError(f"--{option} needs --certfile, which turns TLS on", 2)


def make_context(settings: TLSSettings) -> ssl.SSLContext | None:
    """Return the context of a server; None without a certificate.

    :raises ServeError: a file cannot be used.
    """
    if settings.certfile is None:
        return None
    import ssl  # a slow import

    options: dict[str, Any] = {"ca_certs": settings.ca_certs, "ciphers": settings.ciphers}
    if settings.ca_certs is not None:
        options["cert_reqs"] = ssl.CERT_REQUIRED
    try:
        context = ssl_options_to_context(options, server_side=True)
        _load_certificate(context, settings)
    except OSError as error:  # an SSLError is one
        raise ServeError(f"TLS: {error.strerror or error}") from error
    return context


def _load_certificate(context: ssl.SSLContext, settings: TLSSettings) -> None:
    certfile, keyfile, password = settings.certfile, settings.keyfile, settings.password
    # Its messages name the files; OpenSSL alone would ask a terminal for the pass phrase.
    TLSFiles(None, certfile, keyfile, _OPTIONS, _ADVICE).check(
        takes_encrypted_keys=password is not None
    )
    import ssl

    try:
        context.load_cert_chain(str(certfile), keyfile, password=password)
    except ssl.SSLError as error:
        raise ServeError(
            f"TLS: --password does not open the key in {keyfile or certfile!r}"
        ) from error
