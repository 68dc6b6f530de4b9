"""The stream without its descriptor."""

from __future__ import annotations

from typing import Any

from ._read import Reader


class BaseIOStream(Reader):
    """Read from and write to a non-blocking descriptor.

    A subclass for another kind of descriptor overrides `fileno`, `close_fd`, `read_from_fd`,
    `write_to_fd` and perhaps `get_fd_error`. A stream may be made before its loop runs.

    :param max_buffer_size: how many bytes may be buffered for one read; default 100 MiB.
    :param read_chunk_size: how many bytes to receive at once; default 64 KiB.
    :param max_write_buffer_size: how many written bytes may wait; default: no limit.
    """

    def __init__(
        self,
        max_buffer_size: int | None = None,
        read_chunk_size: int | None = None,
        max_write_buffer_size: int | None = None,
    ) -> None:
        if max_buffer_size is not None:
            self.max_buffer_size = max_buffer_size
        if read_chunk_size is not None or max_buffer_size is not None:
            # A chunk of half the buffer at most, so that one chunk cannot overflow it.
            wanted = read_chunk_size or self.read_chunk_size
            self.read_chunk_size = max(1, min(wanted, self.max_buffer_size // 2))
        if max_write_buffer_size is not None:
            self.max_write_buffer_size = max_write_buffer_size

    def set_nodelay(self, value: bool) -> None:
        """Ask for (true) or against (false) small packets at once. Most descriptors ignore it."""

    def __repr__(self) -> str:
        state = "closed" if self.closed() else f"fd={self.fileno()}"
        return f"<{type(self).__name__} {state}>"

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Keep the promise that a subclass may override only how bytes are read or written."""
        super().__init_subclass__(**kwargs)
        own = cls.__dict__
        if "read_from_fd" in own and "_receive" not in own:
            cls._receive = Reader._receive  # type: ignore[method-assign] # the general way calls it
            cls._on_readable = Reader._on_readable  # type: ignore[method-assign] # likewise
        if "write_to_fd" in own and "_transmit" not in own:
            cls._transmit = Reader._transmit  # type: ignore[method-assign] # the general way calls it
            cls.write_nowait = Reader.write_nowait  # type: ignore[method-assign] # likewise
            cls.writelines_nowait = Reader.writelines_nowait  # type: ignore[method-assign] # likewise
