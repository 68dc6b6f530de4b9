"""Connections on which nothing happens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tornado.iostream import IOStream, SSLIOStream

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterable

#: How many times a stream is checked within the time that it may be idle.
_CHECKS = 4


class _Watched:
    """A stream that records traffic, which costs time only in servers with an idle limit."""

    idle_checks = 0

    def _on_readable(self) -> None:
        self.idle_checks = 0
        super()._on_readable()  # type: ignore[misc]  # mixed into streams

    def _on_writable(self) -> None:
        self.idle_checks = 0
        super()._on_writable()  # type: ignore[misc]  # mixed into streams

    def write_nowait(self, data: Any) -> int:
        self.idle_checks = 0
        return super().write_nowait(data)  # type: ignore[misc,no-any-return]  # mixed into streams

    def writelines_nowait(self, buffers: Iterable[Any]) -> int:
        self.idle_checks = 0
        return super().writelines_nowait(buffers)  # type: ignore[misc,no-any-return]  # mixed in


class WatchedSSLIOStream(_Watched, SSLIOStream):
    """A TLS stream that records traffic."""


class WatchedIOStream(_Watched, IOStream):
    """A plain stream that records traffic."""

    _tls_type = WatchedSSLIOStream


class IdleWatch:
    """The streams of a server, which closes those that have no traffic for a while.

    :param timeout: seconds that a stream may be idle; it is closed at most a quarter of that later.
    """

    def __init__(self, timeout: float) -> None:
        if timeout <= 0:
            raise ValueError(f"the idle timeout must be positive: {timeout}")
        self.timeout = timeout
        self._streams: set[WatchedIOStream | WatchedSSLIOStream] = set()
        self._timer: asyncio.TimerHandle | None = None

    def add(self, stream: Any, loop: asyncio.AbstractEventLoop) -> None:
        """Watch a stream from now on."""
        self._streams.add(stream)
        if self._timer is None:
            self._timer = loop.call_later(self.timeout / _CHECKS, self._check, loop)

    def discard(self, stream: Any) -> None:
        """Stop watching a stream."""
        self._streams.discard(stream)
        if not self._streams and self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _check(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = loop.call_later(self.timeout / _CHECKS, self._check, loop)
        for stream in list(self._streams):
            if stream.idle_checks >= _CHECKS:
                stream.close(exc_info=TimeoutError(f"idle for {self.timeout:g} seconds"))
            else:
                stream.idle_checks += 1
