"""Exceptions of the classic decorators.

Exception
+-- ReturnValueIgnoredError
"""

from __future__ import annotations


class ReturnValueIgnoredError(Exception):
    """A function that passes its result to a callback has also returned one."""
