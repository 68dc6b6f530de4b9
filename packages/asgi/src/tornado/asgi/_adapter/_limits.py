"""The limits of an adapter: what a server of another project may let through."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limits for requests and responses, with the defaults of :class:`tornado.httpserver.HTTPServer`.

    Sizes are in bytes, times in seconds.
    """

    #: The longest body of a request; the response to a longer one is 413.
    max_body_size: int = 100 * 1024 * 1024
    #: Method, target and fields of a request together; the response to more is 431.
    max_header_size: int = 65536
    #: The number of fields; the response to more is 431.
    max_header_count: int = 256
    #: How long a whole body may take; None for no such deadline. The response is 408.
    body_timeout: float | None = None
    #: Bytes per second that a body must reach, checked every ten seconds; 0 for any. The response is 408.
    min_body_rate: int = 100
    #: How long a client may take nothing of what waits for it; None for no such deadline.
    write_timeout: float | None = 120.0

    def __post_init__(self) -> None:
        for name in ("max_body_size", "max_header_size", "max_header_count", "min_body_rate"):
            value = getattr(self, name)
            if not isinstance(value, int) or value < 0:
                raise ValueError(f"{name} must be a number of at least 0, not {value!r}")
