"""Fail tests that log an error which they do not expect.

A record of `tornado.*` or `asyncio` at the level ERROR or above fails the test that was running, unless
the test has seen it:

- by ``ExpectLog``, ``assertLogs`` or a filter of its own, which keep the record from the root logger;
- by reading the records of ``caplog`` afterwards;
- by the marker ``expected_errors``, with regular expressions that match the beginnings of all such
  messages, or without any for whatever is logged.

Tests that fail by themselves are left alone. What asyncio says about a future or a task when it is
collected as garbage may be about an earlier test: it fails nothing, and is shown at the end of the run.
So does what its own transports raise, which is about the servers that tests are written with.
"""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator

_MARKER = (
    "expected_errors(*patterns): the test may log errors whose messages match one of the regular "
    "expressions, or any error without them"
)


#: What asyncio logs when an object is collected, which may be long after its test.
_OF_GARBAGE = re.compile("(Future|Task) exception was never retrieved|Task was destroyed")

#: Callbacks of asyncio's own transports. Our loops use none: they belong to the servers that tests
#: are written with, and asyncio's server of 3.11 loses count when it is closed before its transports.
_OF_TRANSPORTS = re.compile(r"Exception in callback _(Selector|SSL)\w+\.")

_only_shown: list[str] = []


class ErrorRecords(logging.Handler):
    """The errors that were logged during a test and that it has not seen yet."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.unseen: list[logging.LogRecord] = []
        self.has_failed = False

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a record of a logger that is watched."""
        message = record.getMessage()
        if record.name == "asyncio" and (
            _OF_GARBAGE.match(message) or _OF_TRANSPORTS.match(message)
        ):
            _only_shown.append(message)
        elif record.name == "asyncio" or record.name.partition(".")[0] == "tornado":
            self.unseen.append(record)


_errors = pytest.StashKey[ErrorRecords]()


class ReadLogCapture(pytest.LogCaptureFixture):
    """A ``caplog`` that notes when its records are read."""

    def get_records(self, when: Any) -> list[logging.LogRecord]:
        """Return the records of a phase of the test."""
        self._note()
        return super().get_records(when)

    @property
    def records(self) -> list[logging.LogRecord]:
        """The records."""
        self._note()
        return super().records

    @property
    def text(self) -> str:
        """The records as lines."""
        self._note()
        return super().text

    @property
    def record_tuples(self) -> list[tuple[str, int, str]]:
        """Names, levels and messages."""
        self._note()
        return super().record_tuples

    @property
    def messages(self) -> list[str]:
        """The messages."""
        self._note()
        return super().messages

    def _note(self) -> None:
        errors = self._item.stash.get(_errors, None)
        if errors is not None:
            errors.unseen.clear()


@pytest.fixture
def caplog(caplog: Any) -> Any:
    """The fixture of pytest; errors that it shows to the test are not unexpected."""
    caplog.__class__ = ReadLogCapture
    return caplog


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    config.addinivalue_line("markers", _MARKER)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show what asyncio has said about garbage and about its own transports."""
    for message in dict.fromkeys(_only_shown):
        terminalreporter.write_line(f"logged by asyncio, fails nothing: {message:.500}")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None]:
    """Begin to note errors."""
    errors = item.stash[_errors] = ErrorRecords()
    logging.getLogger().addHandler(errors)
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None]:
    """Note whether the test fails by itself."""
    if call.excinfo is not None and _errors in item.stash:
        item.stash[_errors].has_failed = True
    return (yield)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None]:
    """Fail the test if it has logged errors that it does not expect."""
    try:
        result = yield
    finally:
        errors = item.stash[_errors]
        logging.getLogger().removeHandler(errors)
    unexpected = [] if errors.has_failed else _unexpected(item, errors.unseen)
    if unexpected:
        lines = "\n".join(f"  {each.name}: {each.getMessage():.500}" for each in unexpected)
        pytest.fail(f"unexpected errors in the log:\n{lines}", pytrace=False)
    return result


def _unexpected(item: pytest.Item, records: list[logging.LogRecord]) -> list[logging.LogRecord]:
    markers = list(item.iter_markers("expected_errors"))
    if any(not marker.args for marker in markers):
        return []
    patterns = [pattern for marker in markers for pattern in marker.args]
    return [
        record
        for record in records
        if not any(re.match(pattern, record.getMessage()) for pattern in patterns)
    ]
