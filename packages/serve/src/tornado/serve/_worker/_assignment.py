"""What the master gives to a process that it has forked."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import socket

    from .._channel import Channel
    from .._command._settings import Settings


class Seat(NamedTuple):
    """A worker that is to run: its number, and its end of the channel to the master."""

    number: int
    channel: Channel


class Sockets(NamedTuple):
    """Listening sockets."""

    application: list[socket.socket]
    #: For the probes of a load balancer.
    probes: list[socket.socket]


class Assignment(NamedTuple):
    """The workers that a process is to become, and what they serve."""

    settings: Settings
    sockets: Sockets
    seats: list[Seat]
