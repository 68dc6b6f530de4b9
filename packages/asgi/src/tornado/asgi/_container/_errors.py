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


#: What the names of exceptions say by which frameworks pass on that a client is gone.
_WORDS = ("Disconnect", "ClientLeft", "RequestAborted")


def is_about_lost_client(error: BaseException | None) -> bool:
    """Return whether an error only says that the client is gone.

    That is a :class:`ClientLeftError`, or what was raised from it. An error that was raised while one
    was handled counts only if it looks like another word for it: anything else is a fault of the
    application, in its ``except`` or ``finally``. A group counts if all its members do.
    """
    if error is None:
        return False
    if isinstance(error, BaseExceptionGroup):
        return all(is_about_lost_client(each) for each in error.exceptions)
    if isinstance(error, ClientLeftError) or is_about_lost_client(error.__cause__):
        return True
    name = type(error).__name__
    is_translation = isinstance(error, OSError) or any(word in name for word in _WORDS)
    return is_translation and is_about_lost_client(error.__context__)
