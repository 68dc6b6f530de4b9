"""The examples of the docstrings as one suite."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from unittest import TestSuite


def doctests() -> TestSuite:
    """Return the examples of this module's docstrings as a suite for :mod:`unittest`."""
    from doctest import DocTestCase, DocTestFinder
    from unittest import TestSuite

    module = sys.modules["tornado.httputil"]
    find = DocTestFinder().find
    things = {name: getattr(module, name) for name in dir(module)}
    found = [
        test
        for name, thing in things.items()
        if (getattr(thing, "__module__", None) or "").startswith("tornado.httputil")
        for test in find(thing, name, module=False, globs=things)
        if test.examples
    ]
    return TestSuite(map(DocTestCase, found))
