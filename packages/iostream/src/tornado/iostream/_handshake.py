"""The handshake, by which a TLS stream opens."""

from __future__ import annotations

import ssl
from enum import Enum
from typing import TYPE_CHECKING, Any

from tornado.netutil._tls import ssl_options_to_context, ssl_wrap_socket

from ._lifecycle import gen_log

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from ._ssl import SSLIOStream

#: How a peer ends the connection without saying goodbye, as Python reports it. The last one is
#: that of Python 3.11.2.
ENDED = (ssl.SSLEOFError, ssl.SSLZeroReturnError)


class TLSState(Enum):
    """How far a TLS stream has come. Each state leads to the next one, or to a closed stream."""

    UNCONNECTED = "unconnected"
    HANDSHAKE = "handshake"
    OPEN = "open"


class Handshake:
    """The handshake of a TLS stream, which drops this object when it is open.

    :param options: the TLS settings of a client whose socket is still a plain one.
    """

    __slots__ = ("_options", "_timer", "_waiter", "report_failure", "server_hostname")

    def __init__(self, options: dict[str, Any] | ssl.SSLContext) -> None:
        self._options = options
        self._waiter: asyncio.Future[Any] | None = None
        self._timer: asyncio.TimerHandle | None = None
        #: The name that a client expects in the server's certificate.
        self.server_hostname: str | None = None
        #: What a server wants called with the error, instead of a line in the log.
        self.report_failure: Callable[[Exception], None] | None = None

    def has_waiter(self) -> bool:
        """Return true if somebody waits for the end of the handshake."""
        return self._waiter is not None and not self._waiter.done()

    def set_waiter(self, future: asyncio.Future[Any]) -> None:
        """Let a future have the result of the handshake."""
        self._waiter = future

    def take_waiter(self) -> list[asyncio.Future[Any]]:
        """Return the future that waits, if there is one, and forget it."""
        waiter, self._waiter = self._waiter, None
        return [] if waiter is None else [waiter]

    def limit(self, stream: SSLIOStream, seconds: float) -> None:
        """Close the stream unless the handshake is done in so many seconds."""
        self.stop_timer()
        self._timer = stream._get_loop().call_later(seconds, _expire, stream, seconds)

    def stop_timer(self) -> None:
        """Remove the limit."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def begin(self, stream: SSLIOStream) -> None:
        """Start the handshake: send the first message, or wait for it."""
        if not isinstance(stream.socket, ssl.SSLSocket):
            try:
                stream.socket = ssl_wrap_socket(
                    stream.socket,
                    ssl_options_to_context(self._options, server_side=False),
                    server_hostname=self.server_hostname,
                    server_side=False,
                    do_handshake_on_connect=False,
                )
            except (OSError, ValueError) as error:
                self._fail(stream, error)
                return
        self.advance(stream)

    def advance(self, stream: SSLIOStream) -> None:
        """Continue as far as possible without waiting for the peer."""
        try:
            stream._tls.do_handshake()
        except ssl.SSLWantReadError:
            stream._ignore_output()
            stream._watch_input()
        except ssl.SSLWantWriteError:
            stream._ignore_input()
            stream._watch_output()
        except (OSError, ValueError) as error:
            self._fail(stream, error)
        else:
            self.stop_timer()
            stream._on_open()

    def _fail(self, stream: SSLIOStream, error: Exception) -> None:
        if isinstance(error, ENDED):
            pass  # many clients connect only to check that somebody listens
        elif self.report_failure is not None:
            self.report_failure(error)
        elif not isinstance(error, ConnectionError):
            gen_log.warning("SSL Error on %s %s: %s", stream.fileno(), _peer_name(stream), error)
        stream.close(exc_info=error)


def _expire(stream: SSLIOStream, seconds: float) -> None:
    stream.close(exc_info=TimeoutError(f"TLS handshake took longer than {seconds:g} seconds"))


def _peer_name(stream: SSLIOStream) -> str:
    try:
        return str(stream.socket.getpeername())
    except OSError:
        return "(not connected)"
