"""Where a connection stands in the closing handshake (RFC 6455 section 7).

::

                     close sent              close received
    OPEN ----------> CLOSE_SENT ------------------------------> CLOSED
      |                                                            ^
      |  close received                       close sent           |
      +-----------------> CLOSE_RECEIVED --------------------------+

    and from each of them, when the connection underneath is lost, to CLOSED

Messages are sent in OPEN alone. They are received in OPEN and in CLOSE_SENT: a peer may finish what
it was sending. In CLOSED a server closes the connection, and a client waits for it.
"""

from __future__ import annotations

from enum import Enum, auto

from .._errors import MisuseError


class ConnectionState(Enum):
    """What was sent and received of the closing handshake."""

    OPEN = auto()
    CLOSE_SENT = auto()
    CLOSE_RECEIVED = auto()
    CLOSED = auto()


class Step(Enum):
    """What takes a connection from one state to another."""

    CLOSE_SENT = auto()
    CLOSE_RECEIVED = auto()
    LOST = auto()


_TRANSITIONS: dict[tuple[ConnectionState, Step], ConnectionState] = {
    (ConnectionState.OPEN, Step.CLOSE_SENT): ConnectionState.CLOSE_SENT,
    (ConnectionState.OPEN, Step.CLOSE_RECEIVED): ConnectionState.CLOSE_RECEIVED,
    (ConnectionState.CLOSE_SENT, Step.CLOSE_RECEIVED): ConnectionState.CLOSED,
    (ConnectionState.CLOSE_RECEIVED, Step.CLOSE_SENT): ConnectionState.CLOSED,
    **{(state, Step.LOST): ConnectionState.CLOSED for state in ConnectionState},
}


def next_state(state: ConnectionState, step: Step) -> ConnectionState:
    """Return the state after a step.

    :raises MisuseError: the step cannot be taken from this state.
    """
    try:
        return _TRANSITIONS[state, step]
    except KeyError:
        raise MisuseError(f"{step.name} cannot follow in the state {state.name}") from None
