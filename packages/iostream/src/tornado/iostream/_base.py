"""What all kinds of streams have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from tornado.ioloop import IOLoop, chosen_loop, take_loop

from ._reader import Reader

_BUFFER = 104857600
_CHUNK = 65536

Method = TypeVar("Method", bound=Callable[..., Any])


class BaseIOStream(Reader):
    """A stream over a non-blocking descriptor: the base of all kinds of streams.

    A subclass for another kind of descriptor overrides `fileno`, `close_fd`, `read_from_fd`,
    `write_to_fd` and perhaps `get_fd_error`. A stream may be created before its loop runs.

    :param max_buffer_size: how many bytes may be buffered for one read; by default 100 MiB.
    :param read_chunk_size: how many bytes to receive at once; by default 64 KiB.
    :param max_write_buffer_size: how many written bytes may wait; by default any number.
    :param classic_size: the last of the sizes, where a loop or None is before the first one.
    :param io_loop: classic, and the first argument there: another loop of this thread to work on.
    """

    def __init__(
        self,
        max_buffer_size: int | IOLoop | None = None,
        read_chunk_size: int | None = None,
        max_write_buffer_size: int | None = None,
        classic_size: int | None = None,
        *,
        io_loop: IOLoop | None = None,
    ) -> None:
        super().__init__()
        if io_loop is not None or classic_size is not None or isinstance(max_buffer_size, IOLoop):
            given = (max_buffer_size, read_chunk_size, max_write_buffer_size, classic_size)
            self._init_classic(given, io_loop)
            return
        self.max_buffer_size: int = _BUFFER if max_buffer_size is None else max_buffer_size
        # A chunk of half the buffer at most, so that one chunk cannot overflow it.
        self.read_chunk_size = max(1, min(read_chunk_size or _CHUNK, self.max_buffer_size // 2))
        self.max_write_buffer_size = max_write_buffer_size

    def _init_classic(self, given: tuple[Any, ...], io_loop: IOLoop | None) -> None:
        """Take arguments that choose a loop, or that are in the order of 2.x to 4.x."""
        args, loop = take_loop(given if given[3] is not None else given[:3], 0, most=3)
        if len(args) > 3:
            raise TypeError(f"a stream has three sizes at most, not {args!r:.60}")
        BaseIOStream.__init__(self, *args)
        loop = loop or chosen_loop(io_loop)
        if loop is not None:
            self._set_loop(loop.asyncio_loop)

    def set_nodelay(self, value: bool) -> None:
        """Send small packets at once (true), or let the system collect them (false).

        Most kinds of descriptors ignore it.
        """

    def __repr__(self) -> str:
        state = "closed" if self.closed() else f"fd={self.fileno()}"
        return f"<{type(self).__name__} {state}>"

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Let a subclass override only `read_from_fd` or only `write_to_fd`, as documented."""
        super().__init_subclass__(**kwargs)
        if "read_from_fd" in cls.__dict__:
            _leave_fast_path(cls, "_on_readable", "_receive", "_receive_into")
        if "write_to_fd" in cls.__dict__:
            _leave_fast_path(cls, "_transmit", "write_nowait", "write_soon", "writelines_nowait")


def fast_path(method: Method) -> Method:
    """Mark a method that does without `read_from_fd` or `write_to_fd`, to save calls."""
    method.is_fast_path = True  # type: ignore[attr-defined]  # functions take attributes
    return method


def _leave_fast_path(cls: type[BaseIOStream], *names: str) -> None:
    """Replace inherited fast paths, which would not call what the class has overridden."""
    for name in names:
        if name not in cls.__dict__ and getattr(getattr(cls, name), "is_fast_path", False):
            setattr(cls, name, getattr(Reader, name))
