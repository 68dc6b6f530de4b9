"""Exceptions of the classic decorators.

Exception
+-- ReturnValueIgnoredError
"""

from __future__ import annotations


class ReturnValueIgnoredError(Exception):
    """A function that gives its result to a callback has returned one as well."""
