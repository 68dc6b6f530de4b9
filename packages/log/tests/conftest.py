import logging

import pytest


@pytest.fixture
def make_record():
    """Return a function that makes records as loggers do."""

    def make(message, args=(), level=logging.INFO, exc_info=None, **extra):
        logger = logging.getLogger("example")
        return logger.makeRecord(
            "example", level, "/srv/app.py", 12, message, args, exc_info, extra=extra or None
        )

    return make


@pytest.fixture
def logger():
    """Return a logger of the test's own, whose handlers are closed after it."""
    logger = logging.Logger("test")  # noqa: LOG001 - getLogger would keep it for the next test
    yield logger
    for handler in logger.handlers:
        handler.close()


class Unshowable:
    """A value that cannot be converted to text."""

    def __str__(self):
        raise ValueError("no text")

    __repr__ = __str__


@pytest.fixture
def unshowable():
    return Unshowable()
