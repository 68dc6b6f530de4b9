"""The examples in the docstrings, as tests."""

from __future__ import annotations

TYPE_CHECKING = False  # `typing` is a slow import that nothing here needs at run time
if TYPE_CHECKING:
    from unittest import TestSuite


def doctests() -> TestSuite:
    """Return the examples in this module's docstrings as a suite for unittest."""
    import doctest
    import unittest

    import tornado.util as module

    finder = doctest.DocTestFinder(exclude_empty=True)
    suite = unittest.TestSuite()
    names = {name: getattr(module, name) for name in module.__all__}
    for name, thing in names.items():
        # One by one: given the module, the finder would skip its functions, because their globals
        # are those of private modules.
        for example in finder.find(thing, name, module=False, globs=names):
            if example.examples:
                suite.addTest(doctest.DocTestCase(example))
    return suite
