import doctest

import pytest

import tornado.escape

NAMES = {name: getattr(tornado.escape, name) for name in tornado.escape.__all__}
EXAMPLES = [
    example
    for name, thing in NAMES.items()
    for example in doctest.DocTestFinder().find(thing, name, module=False, globs=NAMES)
    if example.examples
]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_the_examples_in_the_docstrings_run_as_printed(example):
    assert doctest.DocTestRunner().run(example).failed == 0
