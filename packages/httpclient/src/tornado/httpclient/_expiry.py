"""What an exchange says when a deadline has passed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._errors import HTTPTimeoutError
from ._target import address_of

if TYPE_CHECKING:
    from ._request import HTTPRequest
    from ._target import Target

#: The phases whose timeouts have a text that programs compare; details are in a note.
_BARE = frozenset({"queue", "connect", "tls"})


def peer_of(hop: HTTPRequest, target: Target, phase: str) -> str:
    """Return the address of whom a phase concerns: TLS goes past a proxy to the target."""
    if phase != "tls":
        if hop.proxy_host is not None:
            return address_of(hop.proxy_host, hop.proxy_port)
        if hop.unix_socket is not None:
            return f"unix:{hop.unix_socket}"
    return address_of(target.host, target.port)


def expiry(phase: str, message: str, seconds: float, authority: str) -> HTTPTimeoutError:
    """Return the error for a deadline.

    :param message: what was waited for.
    :param seconds: for how long.
    """
    detail = f"after {seconds:g} seconds: {authority}"
    if phase in _BARE:
        error = HTTPTimeoutError(message)
        error.add_note(detail)
    else:
        error = HTTPTimeoutError(f"{message} {detail}")
    error.phase = phase
    return error
