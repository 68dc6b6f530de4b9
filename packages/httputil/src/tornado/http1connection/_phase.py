"""Where a server's connection stands; ``_server`` opens with the transitions."""

from __future__ import annotations

from enum import Enum, auto
from typing import Final


class Phase(Enum):
    """The phases of a connection, from request to request and to its end."""

    #: No request has begun.
    IDLE = auto()
    #: A head has begun.
    HEAD = auto()
    #: The head is complete, the body is not.
    BODY = auto()
    #: The request is complete, the response is not.
    RESPONSE = auto()
    #: The response is complete, the request is not: the rest of it is thrown away.
    DRAIN = auto()
    #: The last response is written, the client may still send.
    LINGER = auto()
    CLOSED = auto()
    DETACHED = auto()


# A member of an Enum is looked up by a function in Python 3.11; a name of a module is not, and a
# request passes a dozen of these.
IDLE: Final = Phase.IDLE
HEAD: Final = Phase.HEAD
BODY: Final = Phase.BODY
RESPONSE: Final = Phase.RESPONSE
DRAIN: Final = Phase.DRAIN
LINGER: Final = Phase.LINGER
CLOSED: Final = Phase.CLOSED
DETACHED: Final = Phase.DETACHED
