"""Exceptions of coroutines.

Exception
+-- Return                  not an error: the result of a generator
+-- BadYieldError           yielded something that cannot be waited for
+-- KeyReuseError           classic: two callbacks with one key
+-- UnknownKeyError         classic: waited for a key that has no callback
+-- LeakedCallbackError     classic: ended with a callback that nobody waited for
"""

from __future__ import annotations

from typing import Any


class Return(Exception):  # noqa: N818 - the documented name, and not an error
    """The result of a generator: ``raise gen.Return(42)`` ends it as ``return 42`` does.

    :ivar value: the result.
    """

    def __init__(self, value: Any = None) -> None:
        super().__init__(value)
        self.value = value


class BadYieldError(Exception):
    """A coroutine has yielded an object that cannot be waited for."""


class KeyReuseError(Exception):
    """A generator has made a second :class:`Callback` with the key of one that is open."""


class UnknownKeyError(Exception):
    """A generator has waited for a key that belongs to no :class:`Callback`."""


class LeakedCallbackError(Exception):
    """A generator has ended without waiting for each :class:`Callback`."""
