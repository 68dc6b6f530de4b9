"""Log lines of tests that pass."""

from __future__ import annotations

import logging
import unittest
from io import StringIO


class LogTrapTestCase(unittest.TestCase):
    """A test case whose log is shown only if a test fails (classic).

    Test runners do this today. It works if the root logger has a single handler that writes to a
    stream; otherwise the log is not changed.
    """

    def run(self, result: unittest.TestResult | None = None) -> unittest.TestResult | None:
        """Run the test, and write its log if it failed."""
        handler = _only_handler()
        if handler is None or result is None:
            return super().run(result)
        stream, trap = handler.stream, StringIO()
        before = _count_failures(result)
        handler.setStream(trap)
        try:
            logging.getLogger().info("RUNNING TEST: %s", self)
            return super().run(result)
        finally:
            handler.setStream(stream)
            if _count_failures(result) > before:
                stream.write(trap.getvalue())


def _only_handler() -> logging.StreamHandler[StringIO] | None:
    root = logging.getLogger()
    if not root.handlers:
        logging.basicConfig()
    (first, *more) = root.handlers
    return first if isinstance(first, logging.StreamHandler) and not more else None


def _count_failures(result: unittest.TestResult) -> int:
    return len(result.failures) + len(result.errors)
