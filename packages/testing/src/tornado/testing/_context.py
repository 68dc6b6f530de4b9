"""Context managers around a whole test."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import unittest
    from contextlib import AbstractContextManager

    T = TypeVar("T")


def setup_with_context_manager(testcase: unittest.TestCase, cm: AbstractContextManager[T]) -> T:
    """Enter a context manager for the rest of a test, and return what it gives.

    Call it in ``setUp``. :meth:`unittest.TestCase.enterContext` does the same since Python 3.11.
    """
    return testcase.enterContext(cm)
