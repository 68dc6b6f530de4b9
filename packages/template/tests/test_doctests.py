"""The examples in docstrings are run."""

from __future__ import annotations

import doctest

import tornado.template


def test_the_example_of_the_module_runs_as_printed() -> None:
    names = {name: getattr(tornado.template, name) for name in tornado.template.__all__}
    finder = doctest.DocTestFinder(recurse=False)
    (example,) = finder.find(tornado.template, "tornado.template", globs=names)
    assert example.examples
    assert doctest.DocTestRunner().run(example).failed == 0
