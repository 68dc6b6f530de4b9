"""The errors of streams.

::

    Exception
    ├── OSError
    │   └── StreamClosedError       the stream is closed; ``real_error`` says why
    ├── StreamBufferFullError       a buffer has reached the limit its owner set
    └── UnsatisfiableReadError      the wanted pattern did not turn up within ``max_bytes``

The last two also appear as the ``real_error`` of a `StreamClosedError`: a stream that cannot
satisfy a read within its limits closes.
"""

from __future__ import annotations


class StreamClosedError(OSError):
    """Raised by an operation on a closed stream, and by operations that closing interrupts.

    :param real_error: what closed the stream, or None for a plain close by either side.
    """

    #: What closed the stream: a connection reset, a failed connect, a limit; None for a plain close.
    real_error: BaseException | None

    def __init__(self, real_error: BaseException | None = None) -> None:
        super().__init__(
            "stream is closed" if real_error is None else f"stream is closed: {real_error}"
        )
        self.real_error = real_error


class UnsatisfiableReadError(Exception):
    """The delimiter or pattern of a read was not found within ``max_bytes``."""


class StreamBufferFullError(Exception):
    """A read would exceed ``max_buffer_size``, or a write ``max_write_buffer_size``."""
