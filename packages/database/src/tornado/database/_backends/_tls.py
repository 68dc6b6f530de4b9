"""TLS to a server: what its certificate has to show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tornado.util import shortened

from .._errors import InterfaceError
from ._options import boolean

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from ssl import SSLContext


def _switch_or_context(value: Any) -> Any:
    """Read what ``ssl`` may be.

    :raises ValueError: if it is something else.
    """
    from ssl import SSLContext

    if isinstance(value, SSLContext):
        return value
    if not isinstance(value, str | bool):
        raise ValueError("on, off or an ssl.SSLContext")
    return boolean(value)


READERS: Mapping[str, Callable[[Any], Any]] = {
    "ssl": _switch_or_context,
    "ssl_ca": str,
    "ssl_cert": str,
    "ssl_disabled": boolean,
    "ssl_key": str,
    "ssl_key_password": str,
    "ssl_verify_cert": boolean,
    "ssl_verify_identity": boolean,
}


def make_context(options: Mapping[str, Any]) -> SSLContext | None:
    """Return what a connection is encrypted with, or None if no option asks for it.

    The certificate of the server has to be signed by an authority that is trusted, and to name the
    host, unless an option says otherwise.

    :param options: those of :data:`READERS` that are given.
    :raises InterfaceError: if they contradict each other, or if a file cannot be read.
    """
    given = {name: value for name, value in options.items() if name in READERS}
    context = given.pop("ssl", None)
    if given.pop("ssl_disabled", False) or context is False:
        if context or given:
            raise InterfaceError("TLS is switched off, and further options are about it")
        return None
    if context is None and not given:
        return None
    if context is not None and context is not True:
        if given:
            raise InterfaceError(
                f"an ssl.SSLContext has all of its options: leave {', '.join(given)} out"
            )
        made: SSLContext = context
        return made
    return _make(**given)


def _make(
    *,
    ssl_ca: str | None = None,
    ssl_cert: str | None = None,
    ssl_key: str | None = None,
    ssl_key_password: str | None = None,
    ssl_verify_cert: bool = True,
    ssl_verify_identity: bool = True,
) -> SSLContext:
    import ssl

    if ssl_cert is None and (ssl_key or ssl_key_password):
        raise InterfaceError("the option ssl_key comes with ssl_cert, its certificate")
    try:
        context = ssl.create_default_context(cafile=ssl_ca)
    except OSError as error:
        raise _unreadable("ssl_ca", ssl_ca, error) from None
    # Servers make certificates for themselves that lack some extensions.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    context.check_hostname = ssl_verify_cert and ssl_verify_identity
    if not ssl_verify_cert:
        context.verify_mode = ssl.CERT_NONE
    if ssl_cert is not None:
        try:
            context.load_cert_chain(ssl_cert, ssl_key, ssl_key_password or "")
        except OSError as error:
            raise _unreadable("ssl_cert or ssl_key", ssl_cert, error) from None
    return context


def _unreadable(option: str, path: str | None, error: OSError) -> InterfaceError:
    return InterfaceError(
        f"the option {option}: {shortened(str(path))} cannot be read: {error.strerror or error}"
    )


def explain(error: BaseException | None) -> str:
    """Return what is wrong with the certificate of a server, the empty string if it is something else."""
    problem = getattr(error, "verify_message", "")
    if not problem:
        return ""
    return (
        f"its certificate is refused: {problem.rstrip('.')}; ssl_ca names the file of the authority that has "
        f"signed it"
    )
