"""Exceptions of coroutines.

Exception
+-- Return                  not an error: a generator's result
+-- BadYieldError           yielded something that cannot be waited for
+-- KeyReuseError           classic: two callbacks with one key
+-- UnknownKeyError         classic: waited for a key that has no callback
+-- LeakedCallbackError     classic: ended with a callback nobody waited for
"""

from __future__ import annotations

from typing import Any


class Return(Exception):  # noqa: N818 - the documented name, and no error
    """Raise it to end a generator with a result: ``raise gen.Return(42)``.

    It does what ``return 42`` does.

    :ivar value: the result.
    """

    def __init__(self, value: Any = None) -> None:
        super().__init__(value)
        self.value = value


class BadYieldError(Exception):
    """A coroutine yielded something that cannot be waited for."""


class KeyReuseError(Exception):
    """A generator made a second :class:`Callback` with a key while the first one was open."""


class UnknownKeyError(Exception):
    """A generator waited for a key without a :class:`Callback` of that name."""


class LeakedCallbackError(Exception):
    """A generator ended, and nobody had waited for some :class:`Callback`."""
