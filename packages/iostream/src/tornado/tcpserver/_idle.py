"""Connections on which nothing happens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tornado.iostream import IOStream, SSLIOStream

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterable

#: How often a stream is looked at within the time it may idle.
_LOOKS = 4


class _Watched:
    """A stream that notes when something happens; only servers with an idle limit pay for it."""

    idle_looks = 0

    def _on_readable(self) -> None:
        self.idle_looks = 0
        super()._on_readable()  # type: ignore[misc]  # mixed into streams

    def _on_writable(self) -> None:
        self.idle_looks = 0
        super()._on_writable()  # type: ignore[misc]  # mixed into streams

    def write_nowait(self, data: Any) -> int:
        self.idle_looks = 0
        return super().write_nowait(data)  # type: ignore[misc,no-any-return]  # mixed into streams

    def writelines_nowait(self, buffers: Iterable[Any]) -> int:
        self.idle_looks = 0
        return super().writelines_nowait(buffers)  # type: ignore[misc,no-any-return]  # mixed in


class WatchedSSLIOStream(_Watched, SSLIOStream):
    """A TLS stream that notes when something happens."""


class WatchedIOStream(_Watched, IOStream):
    """A plain stream that notes when something happens."""

    _tls_type = WatchedSSLIOStream


class IdleWatch:
    """Close streams on which no byte has moved for a while.

    :param timeout: seconds that a stream may idle; it is closed at most a quarter later.
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
            self._timer = loop.call_later(self.timeout / _LOOKS, self._look, loop)

    def discard(self, stream: Any) -> None:
        """Watch a stream no longer."""
        self._streams.discard(stream)
        if not self._streams and self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = loop.call_later(self.timeout / _LOOKS, self._look, loop)
        for stream in list(self._streams):
            if stream.idle_looks >= _LOOKS:
                stream.close(exc_info=TimeoutError(f"idle for {self.timeout:g} seconds"))
            else:
                stream.idle_looks += 1
