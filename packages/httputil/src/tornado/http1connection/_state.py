"""The states of a connection and of a message, and what leads from one to the next.

Theory of operation
===================

A server's connection goes from request to request. Its state says what it waits for::

    IDLE ----(first bytes)-----------> HEAD
    IDLE, HEAD ----(head complete)---> BODY
    BODY ----(request complete)------> DISPATCH
    DISPATCH ----(delegate returns)--> RESPONSE
    DISPATCH ----(response complete)-> ANSWERED
    RESPONSE ----(response complete)-> ANSWERED
    BODY ----(response complete)-----> DRAIN
    ANSWERED, DRAIN ----(next)-------> IDLE
    any ----(the last response)------> LINGER
    any ----(detach)-----------------> DETACHED
    any ----(the stream is closed)---> CLOSED

A request without a body passes BODY on its way. DISPATCH lasts as long as the delegate's
``finish``: most responses are complete before it returns, and then ANSWERED keeps the next request
waiting until it has. In DRAIN the response is complete and the request is not: the rest of it is
thrown away.

What is independent of this is not a state: whether the client takes what is written to it, whether
it has closed its side, and whether a handler reads from the stream itself.

The message that goes out, a response or a client's request, has a state of its own::

    HEAD ----(head)-----------> BODY      the head of a 1xx response changes nothing
    BODY ----(end)------------> DONE
    HEAD ----(whole message)--> DONE
    any ----(detach)----------> DETACHED
    any ----(lost)------------> LOST

The code looks the next state up in the tables below: ``self._state = AFTER_HEAD[self._state]``. An
event that has no place in a state is our own mistake, and raises. What can happen in any state is
an assignment. The four steps that most requests pass are written out before their tables, as in
``BODY if self._state is IDLE else AFTER_HEAD[self._state]``: CPython looks a key up in a subclass of
``dict`` by a call of ``__getitem__``.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import Final, TypeVar

State = TypeVar("State", bound=Enum)


class ConnectionState(Enum):
    """What a server's connection waits for."""

    __hash__ = object.__hash__  # Enum hashes by name, in Python: a request passes four of these

    #: No request has begun.
    IDLE = auto()
    #: A head has begun.
    HEAD = auto()
    #: The head is complete, the body is not.
    BODY = auto()
    #: The request is complete, and the delegate is being told so.
    DISPATCH = auto()
    #: The delegate knows of the whole request, the response is not complete.
    RESPONSE = auto()
    #: Request and response are complete.
    ANSWERED = auto()
    #: The response is complete, the request is not: the rest of it is thrown away.
    DRAIN = auto()
    #: The last response is written, the client may still send.
    LINGER = auto()
    CLOSED = auto()
    DETACHED = auto()


class SendState(Enum):
    """What comes next of the message that goes out."""

    __hash__ = object.__hash__  # as above

    HEAD = auto()
    BODY = auto()
    DONE = auto()
    DETACHED = auto()
    LOST = auto()


class Transitions(dict[State, State]):
    """The state that follows one event, by the state before it."""

    def __missing__(self, state: State) -> State:
        raise RuntimeError(f"an event that cannot happen in the state {state.name}")


# A member of an Enum is looked up by a function in Python 3.11; a name of a module is not.
IDLE: Final = ConnectionState.IDLE
HEAD: Final = ConnectionState.HEAD
BODY: Final = ConnectionState.BODY
DISPATCH: Final = ConnectionState.DISPATCH
RESPONSE: Final = ConnectionState.RESPONSE
ANSWERED: Final = ConnectionState.ANSWERED
DRAIN: Final = ConnectionState.DRAIN
LINGER: Final = ConnectionState.LINGER
CLOSED: Final = ConnectionState.CLOSED
DETACHED: Final = ConnectionState.DETACHED

#: The request is complete, and its exchange is not over.
RESPONDING = frozenset({DISPATCH, RESPONSE, ANSWERED})

#: A request has begun, and its response is not complete.
UNANSWERED = frozenset({BODY, DISPATCH, RESPONSE})

AFTER_FIRST_BYTES = Transitions({IDLE: HEAD})
AFTER_HEAD = Transitions({IDLE: BODY, HEAD: BODY})
AFTER_REQUEST = Transitions({BODY: DISPATCH})
AFTER_DISPATCH = Transitions({DISPATCH: RESPONSE})
AFTER_RESPONSE = Transitions({BODY: DRAIN, DISPATCH: ANSWERED, RESPONSE: ANSWERED})
AFTER_EXCHANGE = Transitions({ANSWERED: IDLE, DRAIN: IDLE})

HEAD_NEXT: Final = SendState.HEAD
BODY_NEXT: Final = SendState.BODY
SENT: Final = SendState.DONE
GIVEN_AWAY: Final = SendState.DETACHED
LOST: Final = SendState.LOST

AFTER_HEAD_SENT = Transitions({HEAD_NEXT: BODY_NEXT})
AFTER_BODY_SENT = Transitions({BODY_NEXT: SENT})
AFTER_WHOLE_SENT = Transitions({HEAD_NEXT: SENT})
