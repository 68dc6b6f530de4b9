"""The stages of a response, and what leads from one to the next.

Theory of operation
===================

The messages of an application make one response::

    START ----(response.start)--------------------> HELD
    HELD ----(a body, more to come)---------------> BODY
    HELD, BODY ----(the last body)----------------> DONE
    HELD, BODY ----(the last body, with trailers)-> TRAILERS
    TRAILERS ----(the last trailers)--------------> DONE
    any but DONE ----(an error of our own)--------> DONE

In HELD the head is known and not sent: ASGI wants it so, because an application may still fail, and the
client then gets an error instead. What arrives in DONE is ignored, as the specification says, and
logged. That the client is gone is not a stage, since what has happened before it matters still.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import Final


class Stage(Enum):
    """What a response waits for."""

    __hash__ = object.__hash__  # Enum hashes by name, in Python

    START = auto()
    HELD = auto()
    BODY = auto()
    TRAILERS = auto()
    DONE = auto()


# A member of an Enum is looked up by a function in Python 3.11; a name of a module is not.
START: Final = Stage.START
HELD: Final = Stage.HELD
BODY: Final = Stage.BODY
TRAILERS: Final = Stage.TRAILERS
DONE: Final = Stage.DONE
