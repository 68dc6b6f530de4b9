"""Log lines of tests that pass."""

from __future__ import annotations

import logging
import unittest
from io import StringIO


class LogTrapTestCase(unittest.TestCase):
    """Show the log of a test only if the test fails.

    Classic: test runners do this today. It works where the root logger has one handler, and that
    writes to a stream; otherwise the log goes where it always goes.
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
