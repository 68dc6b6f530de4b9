"""What a connection is set up with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .protocol import DEFAULT_MAX_MESSAGE_SIZE, DeflateSettings, Direction, MisuseError

if TYPE_CHECKING:
    from collections.abc import Mapping

#: How many bytes may wait for a slow peer before `SlowReader` applies.
DEFAULT_MAX_UNSENT = 16 * 1024 * 1024

#: What `get_compression_options` may return. The first two are upstream's names.
_COMPRESSION_OPTIONS = frozenset(
    {
        "compression_level",
        "mem_level",
        "context_takeover",
        "peer_context_takeover",
        "max_window_bits",
        "peer_max_window_bits",
    }
)

#: What is done to a peer that reads more slowly than it is written to.
SLOW_READER_POLICIES = ("close", "drop", "wait")


@dataclass(frozen=True, slots=True)
class ConnectionParameters:
    """The limits and times of a connection.

    :ivar ping_interval: seconds between pings; None or 0 sends none.
    :ivar ping_timeout: seconds after a ping within which something has to come; by default the
        interval.
    :ivar max_message_size: of a received message, in bytes, after decompression.
    :ivar compression_options: see `deflate_settings`; None for no compression.
    :ivar max_unsent: bytes that may wait for a slow peer; one message more always fits.
    :ivar slow_reader: what happens then: ``"close"`` the connection, ``"drop"`` the message, or
        ``"wait"`` until there is room.
    :ivar close_timeout: seconds to wait for the peer's close frame after our own.
    """

    ping_interval: float | None = None
    ping_timeout: float | None = None
    max_message_size: int = DEFAULT_MAX_MESSAGE_SIZE
    compression_options: Mapping[str, Any] | None = None
    max_unsent: int = DEFAULT_MAX_UNSENT
    slow_reader: str = "close"
    close_timeout: float = 5.0

    def __post_init__(self) -> None:
        if self.slow_reader not in SLOW_READER_POLICIES:
            raise MisuseError(
                f"the policy for slow readers is one of {', '.join(SLOW_READER_POLICIES)}, "
                f"not {self.slow_reader!r}"
            )


def deflate_settings(options: Mapping[str, Any] | None) -> DeflateSettings | None:
    """Return what is to be offered or accepted, for the options of a program.

    :param options: None for no compression; otherwise any of ``compression_level`` (0 to 9),
        ``mem_level`` (1 to 9), and for each direction ``context_takeover`` (false by default) and
        ``max_window_bits`` (8 to 15); those of the peer's messages begin with ``peer_``.
    :raises MisuseError: there is no such option.
    """
    if options is None:
        return None
    unknown = options.keys() - _COMPRESSION_OPTIONS
    if unknown:
        known = ", ".join(sorted(_COMPRESSION_OPTIONS))
        raise MisuseError(f"there is no compression option {min(unknown)!r}: use some of {known}")
    return DeflateSettings(
        sent=Direction(
            not options.get("context_takeover", False), options.get("max_window_bits", 15)
        ),
        received=Direction(
            not options.get("peer_context_takeover", False),
            options.get("peer_max_window_bits", 15),
        ),
        level=options.get("compression_level", 6),
        mem_level=options.get("mem_level", 8),
    )
