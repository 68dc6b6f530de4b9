"""The exceptions that an application meets in the container.

::

    Exception
    +-- RuntimeError
    |   +-- MessageError           a message that does not fit what was sent before
    |   +-- StartupError           the application says that it cannot start
    +-- OSError
        +-- ClientLeftError        a message for a client that is gone
"""

from __future__ import annotations


class MessageError(RuntimeError):
    """A message that an application must not send, or not at this point."""


class StartupError(RuntimeError):
    """The start of an application has failed, as it says itself."""


class ClientLeftError(OSError):
    """A message was sent to a client that is gone (ASGI 2.4)."""


def is_about_lost_client(error: BaseException | None) -> bool:
    """Return whether an error comes from a :class:`ClientLeftError`, directly or not."""
    seen: set[int] = set()
    pending = [error]
    while pending:
        each = pending.pop()
        if each is None or id(each) in seen:
            continue
        if isinstance(each, ClientLeftError):
            return True
        seen.add(id(each))
        pending += (each.__cause__, each.__context__)
        if isinstance(each, BaseExceptionGroup):
            pending += each.exceptions
    return False
