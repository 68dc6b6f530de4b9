import logging
import re

import pytest

from tornado.testing import ExpectLog


@pytest.fixture
def logger():
    made = logging.getLogger("tornado.test_expect_log")
    made.setLevel(logging.NOTSET)
    yield made
    made.setLevel(logging.NOTSET)
    assert made.filters == []


def missed(logger, regex, work, **options):
    """Return the exception of a block that does not get what it expects."""
    block = ExpectLog(logger, regex, **options)
    block.__enter__()
    work()
    with pytest.raises(Exception, match="did not get expected log message") as caught:
        block.__exit__(None, None, None)
    return caught.value


def test_a_line_that_is_expected_is_dropped(logger, caplog):
    with ExpectLog(logger, "a.c") as expected:
        logger.warning("a%sc and more", "b")
        logger.warning("another")
    assert expected.matched == 1
    assert [record.getMessage() for record in caplog.records] == ["another"]


def test_a_logger_may_be_given_by_name(logger):
    with ExpectLog(logger.name, "a"):
        logger.warning("a")


def test_the_root_logger_is_the_empty_name():
    with ExpectLog("", "a") as expected:
        logging.getLogger().warning("a")
    assert expected.matched == 1


def test_a_line_that_is_missing_raises_the_words_that_programs_match(logger):
    caught = missed(logger, "a+b", lambda: logger.warning("something else"))
    assert type(caught) is Exception
    assert caught.args == ("did not get expected log message",)
    assert caught.__notes__ == [
        "nothing logged to tornado.test_expect_log matches 'a+b'",
        "  WARNING: something else",
    ]


def test_a_line_that_is_not_required_may_be_missing(logger):
    with ExpectLog(logger, "a", required=False) as expected:
        pass
    assert expected.matched == 0


def test_an_exception_in_the_block_goes_first(logger):
    with pytest.raises(KeyError), ExpectLog(logger, "a"):
        raise KeyError


def test_the_beginning_of_the_message_has_to_match(logger):
    with pytest.raises(Exception, match="did not get"), ExpectLog(logger, "b"):
        logger.warning("ab")


def test_a_pattern_that_is_compiled_is_taken(logger):
    with ExpectLog(logger, re.compile("A", re.IGNORECASE)):
        logger.warning("a")


def test_a_line_below_warning_without_a_level_is_deprecated(logger):
    logger.setLevel(logging.DEBUG)
    text = "ExpectLog matched at INFO or below without level argument"
    with pytest.warns(DeprecationWarning, match=text), ExpectLog(logger, "a") as expected:
        logger.info("a")
    assert expected.deprecated_level_matched == 1
    with ExpectLog(logger, "a") as expected:
        logger.info("a")
        logger.error("a")
    assert (expected.matched, expected.deprecated_level_matched) == (2, 1)


def test_a_level_is_let_through_in_the_block(logger):
    logger.setLevel(logging.ERROR)
    with ExpectLog(logger, "a", level=logging.DEBUG):
        logger.debug("a")
    assert logger.level == logging.ERROR


def test_a_logger_that_is_open_enough_keeps_its_level(logger):
    logger.setLevel(logging.DEBUG)
    with ExpectLog(logger, "a", level=logging.ERROR):
        assert logger.level == logging.DEBUG
        logger.error("a")


@pytest.mark.parametrize("level", [logging.INFO, logging.ERROR])
def test_a_line_of_another_level_does_not_match(logger, caplog, level):
    logger.setLevel(logging.DEBUG)
    missed(logger, "a", lambda: logger.log(level, "abc"), level=logging.WARNING)
    complaint, line = caplog.records
    assert complaint.name == "tornado.application"
    assert complaint.levelno == logging.WARNING
    assert complaint.getMessage() == (
        "Got expected log message 'abc' at unexpected level"
        f" (WARNING vs {logging.getLevelName(level)})"
    )
    assert line.getMessage() == "abc"


def test_a_complaint_about_a_level_does_not_come_back(caplog):
    logger = logging.getLogger("tornado.application")
    missed(logger, ".*", lambda: logger.warning("a"), level=logging.ERROR)
    assert len(caplog.records) == 2


def test_a_traceback_is_noticed(logger, caplog):
    with ExpectLog(logger, "a") as expected:
        logger.warning("a")
    assert not expected.logged_stack
    with ExpectLog(logger, "a") as expected:
        logger.warning("a", exc_info=KeyError("b"))
    assert expected.logged_stack


def test_blocks_may_be_nested(logger):
    with ExpectLog(logger, "a"), ExpectLog(logger, "b"):
        logger.warning("b")
        logger.warning("a")


def test_only_the_logger_itself_is_looked_at(logger):
    with pytest.raises(Exception, match="did not get"), ExpectLog(logger, "a"):
        logger.getChild("child").warning("a")


def test_it_is_a_filter_of_logging():
    expected = ExpectLog("", "a")
    record = logging.makeLogRecord({"msg": "a", "levelno": logging.WARNING})
    assert isinstance(expected, logging.Filter)
    assert expected.filter(record) is False
    assert expected.filter(logging.makeLogRecord({"msg": "b"})) is True
