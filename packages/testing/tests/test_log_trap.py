import contextlib
import io
import logging
import unittest

from tornado.testing import LogTrapTestCase


@contextlib.contextmanager
def handled_by(*handlers):
    """Let the root logger have these handlers, and not those of pytest."""
    root = logging.getLogger()
    kept, level = root.handlers, root.level
    root.handlers = list(handlers)
    root.setLevel(logging.INFO)
    try:
        yield root.handlers
    finally:
        root.handlers = kept
        root.setLevel(level)


def to_stream():
    return logging.StreamHandler(io.StringIO())


class Case(LogTrapTestCase):
    __test__ = False  # it is run by the tests below

    def test_good(self):
        logging.getLogger("shop").info("all is well")

    def test_bad(self):
        logging.getLogger("shop").info("a hint")
        self.fail("bad")


def log_of(name, *handlers):
    """Return what a test writes into the streams of some handlers."""
    with handled_by(*handlers):
        Case(name).run(unittest.TestResult())
    return [handler.stream.getvalue() for handler in handlers]


def test_the_log_of_a_test_that_passes_is_dropped():
    assert log_of("test_good", to_stream()) == [""]


def test_the_log_of_a_test_that_fails_is_shown():
    (text,) = log_of("test_bad", to_stream())
    assert text.startswith("RUNNING TEST: test_bad (")
    assert "a hint\n" in text


def test_the_log_goes_on_as_before_after_the_test():
    handler = to_stream()
    log_of("test_good", handler)
    with handled_by(handler):
        logging.getLogger("shop").warning("later")
    assert handler.stream.getvalue() == "later\n"


def test_several_handlers_are_left_alone():
    assert log_of("test_good", to_stream(), to_stream()) == ["all is well\n"] * 2


def test_a_handler_without_a_stream_is_left_alone():
    with handled_by(logging.NullHandler()):
        result = Case("test_good").run()
    assert result.wasSuccessful()


def test_a_root_without_handlers_gets_one(capsys):
    with handled_by() as handlers:
        Case("test_good").run(unittest.TestResult())
        assert [type(handler) for handler in handlers] == [logging.StreamHandler]
    assert capsys.readouterr().err == ""


def test_a_case_runs_without_a_result():
    with handled_by(to_stream()):
        assert Case("test_good").run().wasSuccessful()
