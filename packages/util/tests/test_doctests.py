import unittest

from tornado.util import doctests


def test_the_examples_in_the_docstrings_run_as_printed():
    suite = doctests()
    assert suite.countTestCases() > 5
    result = unittest.TestResult()
    suite.run(result)
    assert result.failures == result.errors == []
