"""The limits and switches of HTTP/1 connections."""

from __future__ import annotations

DEFAULT_CHUNK_SIZE = 65536
DEFAULT_MAX_HEADER_SIZE = 65536
DEFAULT_MAX_HEADER_COUNT = 256
DEFAULT_MAX_BODY_SIZE = 104857600
DEFAULT_IDLE_TIMEOUT = 3600.0
DEFAULT_HEADER_TIMEOUT = 60.0
DEFAULT_WRITE_TIMEOUT = 120.0
DEFAULT_BODY_RATE = 100
DEFAULT_DRAIN_SIZE = 1048576


class HTTP1ConnectionParameters:
    """The limits and switches of all connections of one server or client.

    The first seven are upstream's; what follows the star is ours. Sizes are in bytes, times in
    seconds; ``None`` stands for the default in parentheses.

    :param no_keep_alive: close each connection after its first message.
    :param chunk_size: how much of a body is passed on at once (65536).
    :param max_header_size: start line and fields together (65536); the response to more is 431.
    :param header_timeout: how long a connection may be idle between requests (3600).
    :param max_body_size: the whole body, after decompression (100 MiB); the response to more is 413.
    :param body_timeout: how long a whole body may take, counted from when the delegate is done with
        the head; ``None`` for no such deadline.
    :param decompress: decompress incoming bodies with ``Content-Encoding: gzip``.
    :param max_header_count: the number of fields (256); the response to more is 431.
    :param head_timeout: how long a head may take from its first byte to its last (60); never longer
        than a ``header_timeout`` that is given.
    :param write_timeout: how long a peer may take nothing of what waits for it (120).
    :param min_body_rate: bytes per second that an incoming body must reach (100). It is checked
        every ten seconds; a body that was quicker before may pause for a minute. With 0, a byte
        must come within ``header_timeout``.
    :param max_drain_size: how much unread body is thrown away to keep a connection (1 MiB).
    :param non_ascii_targets: take request targets with octets outside ASCII, such as the raw UTF-8
        that curl sends in a query. RFC 3986 wants them percent-encoded, and without this switch the
        response is 400.
    """

    __slots__ = (
        "body_timeout",
        "chunk_size",
        "decompress",
        "head_timeout",
        "header_timeout",
        "max_body_size",
        "max_drain_size",
        "max_header_count",
        "max_header_size",
        "min_body_rate",
        "no_keep_alive",
        "non_ascii_targets",
        "write_timeout",
    )

    def __init__(
        self,
        no_keep_alive: bool = False,
        chunk_size: int | None = None,
        max_header_size: int | None = None,
        header_timeout: float | None = None,
        max_body_size: int | None = None,
        body_timeout: float | None = None,
        decompress: bool = False,
        *,
        max_header_count: int = DEFAULT_MAX_HEADER_COUNT,
        head_timeout: float | None = DEFAULT_HEADER_TIMEOUT,
        write_timeout: float | None = DEFAULT_WRITE_TIMEOUT,
        min_body_rate: int = DEFAULT_BODY_RATE,
        max_drain_size: int = DEFAULT_DRAIN_SIZE,
        non_ascii_targets: bool = False,
    ) -> None:
        self.no_keep_alive = no_keep_alive
        self.chunk_size = chunk_size or DEFAULT_CHUNK_SIZE
        self.max_header_size = max_header_size or DEFAULT_MAX_HEADER_SIZE
        self.header_timeout = DEFAULT_IDLE_TIMEOUT if header_timeout is None else header_timeout
        self.max_body_size = DEFAULT_MAX_BODY_SIZE if max_body_size is None else max_body_size
        self.body_timeout = body_timeout
        self.decompress = decompress
        self.max_header_count = max_header_count
        self.head_timeout = shorter(head_timeout, header_timeout)
        self.write_timeout = write_timeout
        self.min_body_rate = min_body_rate
        self.max_drain_size = max_drain_size
        self.non_ascii_targets = non_ascii_targets


def shorter(one: float | None, other: float | None) -> float | None:
    """Return the shorter of two limits in seconds, where ``None`` stands for no limit."""
    if one is None or other is None:
        return other if one is None else one
    return min(one, other)
