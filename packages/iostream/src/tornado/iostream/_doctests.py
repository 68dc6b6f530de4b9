"""The examples in the docstrings, as tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from unittest import TestSuite


def doctests() -> TestSuite:
    """Return the examples in this module's docstrings as a suite for unittest."""
    import doctest

    from . import _read_buffer, _read_requests

    suite = doctest.DocTestSuite(_read_buffer)
    suite.addTests(doctest.DocTestSuite(_read_requests))
    return suite
