"""The exceptions of this package.

::

    ValueError
    └── MissingCount    a message with a plural form is translated without a count
"""

from __future__ import annotations


class MissingCount(ValueError):  # noqa: N818 - it is a ValueError, and the name says what is wrong
    """A message with a plural form that is translated without a count.

    :param message: the message.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return f"the message {self.message!r:.80} has a plural form, so translate() needs a count"
